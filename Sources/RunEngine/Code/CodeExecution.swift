import AssistantsAPI
import CodeInterpreter
import NIOCore
import Storage

/// What runs need to run code: the interpreters, and the files that code is given and makes.
package struct CodeExecution: Sendable {
    let runner: any CodeRunner
    let files: FileService
    /// Of one call.
    let timeLimit: Duration

    /// Seconds after which a file that code made goes by itself, unless what speaks of it is stored. Longer than any answer
    /// takes: a crash leaves no file behind that nobody knows of.
    private static let provisionalLifetime = 7200

    package init(runner: any CodeRunner, files: FileService, timeLimit: Duration) {
        self.runner = runner
        self.files = files
        self.timeLimit = timeLimit
    }

    /// Makes a file of one in a session's sandbox; nil when there is none. It expires unless `FileRepository.makeLasting` is told
    /// of it.
    ///
    /// Throws `CodeRunnerFailure.tooLarge`.
    func keep(
        _ path: String,
        of session: SessionKey,
        as filename: String,
        in project: ProjectID
    ) async throws -> Identifier<File>? {
        try await files.contents.receiving { incoming in
            let isThere = try await runner.read(path, of: session, limit: files.limits.fileBytes) { bytes in
                try await incoming.write(ByteBuffer(bytes: bytes))
            }
            guard isThere else { return nil }
            return try await files.create(
                incoming,
                filename: filename,
                purpose: .assistantsOutput,
                lifetime: Self.provisionalLifetime,
                in: project
            ).id
        }
    }

    /// The files of a project, as code is to find them.
    ///
    /// - Parameter linked: files that code made in sessions that are over, by their old names.
    func inputs(_ ids: [String], linked: [LinkedFile], in project: ProjectID, _ db: Connection) throws -> CodeInputs {
        let now = files.clock.now()
        let found = try db.files.find(ids + linked.map(\.fileID), in: project, at: now)
        let stored = Dictionary(found.map { ($0.file.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        var inputs = CodeInputs()
        for id in ids {
            if let stored = stored[id] { inputs.add(stored.file, at: files.contents.path(of: stored.content)) }
        }
        for file in linked {
            guard let stored = stored[file.fileID] else { continue }
            inputs.restore(stored.file, as: file.name, at: files.contents.path(of: stored.content))
        }
        return inputs
    }
}

/// A file that code made and an answer linked.
struct LinkedFile: Sendable, Equatable {
    /// Relative to `/mnt/data`.
    var name: String
    var fileID: String
}
