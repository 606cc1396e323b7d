import AssistantsAPI

/// The bytes of files, each content once however many files have it: `files/<2 hex>/<SHA-256>` in the data directory.
///
/// Which bytes are needed is told by the rows of the database. Bytes are on disk, under their last name, before a row
/// that needs them; they go after the last row that did. What a crash leaves in between, `sweep` removes.
package final class FileContents: Sendable {
    private let database: Database
    /// The folder of all bytes.
    private let root: String
    private let lock = ContentLock()

    /// What is just coming in has a name in this folder.
    private static let incoming = "incoming"

    /// Makes the folders, and removes what a former process was just receiving.
    package init(of database: Database) throws {
        self.database = database
        root = "\(database.directory.path)/files"
        _ = try DiskFile.makeDirectory(root)
        let incoming = "\(root)/\(Self.incoming)"
        _ = try DiskFile.makeDirectory(incoming)
        for name in try DiskFile.names(in: incoming) { try DiskFile.remove("\(incoming)/\(name)") }
    }

    /// Where the bytes are. The file must only be read.
    package func path(of content: Digest) -> String { "\(folder(of: content))/\(content.hexadecimal)" }

    private func folder(of content: Digest) -> String { "\(root)/\(content.hexadecimal.prefix(2))" }

    /// Opens bytes that a row needs. Throws `StorageError.unavailable` when they are not there.
    package func open(_ content: Digest) async throws -> KeptContent { try await KeptContent(path: path(of: content)) }

    // MARK: Keeping

    /// Lends a place for bytes that come in. What `body` did not `keep` is gone afterwards.
    ///
    /// - Parameter isChecked: whether the bytes' MD5 will be asked for.
    package func receiving<Value>(
        isChecked: Bool = false,
        _ body: (IncomingContent) async throws -> Value
    ) async throws -> Value {
        let (first, second) = RandomWords.pair()
        let name = String(first, radix: 36) + String(second, radix: 36)
        let content = IncomingContent(path: "\(root)/\(Self.incoming)/\(name)", isChecked: isChecked)
        let result: Result<Value, any Error>
        do { result = .success(try await body(content)) } catch { result = .failure(error) }
        try await content.discard()
        return try result.get()
    }

    /// Puts bytes that are complete on disk for good, then has `record` store the row that needs them. When that fails
    /// they go again, unless another row has them.
    package func keep<Value>(
        _ incoming: IncomingContent,
        record: (_ content: Digest) async throws -> Value
    ) async throws -> Value {
        try await incoming.finish()
        let content = await incoming.digest
        await lock.take(content)
        defer { lock.giveBack(content) }
        try await place(incoming, as: content)
        do {
            return try await record(content)
        } catch {
            try? await removeIfUnneeded(content)
            throw error
        }
    }

    /// Moves complete bytes to where their digest says, for good.
    private func place(_ incoming: IncomingContent, as content: Digest) async throws {
        let (folder, root) = (folder(of: content), root)
        try await DiskWork.run {
            if try DiskFile.makeDirectory(folder) { try DiskFile.synchronizeDirectory(root) }
        }
        try await incoming.move(to: path(of: content))
        try await DiskWork.run { try DiskFile.synchronizeDirectory(folder) }
    }

    // MARK: Letting go

    /// Removes those of the bytes that no row needs any more.
    package func release(_ contents: [Digest]) async throws {
        for content in contents {
            await lock.take(content)
            defer { lock.giveBack(content) }
            try await removeIfUnneeded(content)
        }
    }

    private func removeIfUnneeded(_ content: Digest) async throws {
        guard try await !database.read({ try $0.contents.isNeeded(content) }) else { return }
        let path = path(of: content)
        try await DiskWork.run { try DiskFile.remove(path) }
    }

    /// Removes all bytes that no row needs, as a crash leaves them. Returns how many files of them there were.
    package func sweep() async throws -> Int {
        var removed = 0
        for name in try await DiskWork.run({ [root] in try DiskFile.names(in: root) }) where name.utf8.count == 2 {
            let folder = "\(root)/\(name)"
            let contents = try await DiskWork.run {
                try DiskFile.names(in: folder).compactMap { Digest(hexadecimal: $0) }
            }
            let unneeded = try await database.read { try $0.contents.unneeded(of: contents) }
            try await release(unneeded)
            removed += unneeded.count
            try Task.checkCancellation()
        }
        return removed
    }
}
