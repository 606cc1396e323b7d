import AssistantsAPI
import Storage

/// Files: what was uploaded, and its bytes.
package struct FileService: Sendable {
    /// Is told of each file that is gone, before anyone else is: what was made of it has to go as well.
    package typealias Deletion = @Sendable (Identifier<File>) async throws -> Void

    package let limits: FileLimits
    package let contents: FileContents
    let database: Database
    let ids: IDGenerator
    let clock: WallClock
    private let onDeletion: Deletion

    package init(
        database: Database,
        contents: FileContents,
        limits: FileLimits,
        ids: IDGenerator,
        clock: WallClock,
        onDeletion: @escaping Deletion
    ) {
        self.database = database
        self.contents = contents
        self.limits = limits
        self.ids = ids
        self.clock = clock
        self.onDeletion = onDeletion
    }

    /// Makes a file of bytes that have come in. It is on disk when this returns.
    ///
    /// - Parameter lifetime: seconds after which it expires; nil for never.
    package func create(
        _ incoming: IncomingContent,
        filename: String,
        purpose: FilePurpose,
        lifetime: Int?,
        in project: ProjectID
    ) async throws -> File {
        let now = clock.now()
        let file = File(
            id: ids.next(),
            createdAt: now,
            filename: filename,
            purpose: purpose,
            bytes: await incoming.count,
            expiresAt: lifetime.map { Timestamp(seconds: now.seconds + $0) }
        )
        return try await contents.keep(incoming) { content in
            try await database.write { try $0.files.insert(file, content: content, in: project) }
            return file
        }
    }

    /// Throws `FileRefusal.fileNotFound`.
    package func find(_ id: Identifier<File>, in project: ProjectID) async throws -> File {
        try await stored(id, in: project).file
    }

    /// Those of `ids` that a project has.
    package func find(_ ids: [String], in project: ProjectID) async throws -> [String: File] {
        let now = clock.now()
        let found = try await database.read { try $0.files.find(ids, in: project, at: now) }
        return Dictionary(found.map { ($0.file.id.rawValue, $0.file) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter purpose: nil for files of any.
    package func page(_ request: PageRequest, purpose: String?, in project: ProjectID) async throws -> Page<File> {
        let now = clock.now()
        return try await database.read { try $0.files.page(request, of: project, purpose: purpose, at: now) }
    }

    /// The bytes of a file, for whoever uploaded it.
    ///
    /// Throws `FileRefusal.fileNotFound` or `.downloadForbidden`.
    package func download(
        _ id: Identifier<File>,
        in project: ProjectID
    ) async throws -> (file: File, content: KeptContent) {
        let stored = try await stored(id, in: project)
        guard stored.file.purpose.isDownloadable || limits.allowsAllDownloads else {
            throw FileRefusal.downloadForbidden(stored.file.purpose)
        }
        return (stored.file, try await contents.open(stored.content))
    }

    /// Deletes a file, and all that was made of it. Its bytes go unless another file has the same.
    ///
    /// Throws `FileRefusal.fileNotFound`.
    package func delete(_ id: Identifier<File>, in project: ProjectID) async throws {
        _ = try await stored(id, in: project)
        try await remove(id, in: project)
    }

    /// Deletes a file, be it that its time is over.
    func remove(_ id: Identifier<File>, in project: ProjectID) async throws {
        guard let content = try await database.write({ try $0.files.delete(id, in: project) }) else {
            throw FileRefusal.fileNotFound(id)
        }
        try await onDeletion(id)
        try await contents.release([content])
    }

    private func stored(_ id: Identifier<File>, in project: ProjectID) async throws -> StoredFile {
        let stored = try await database.read { try $0.files.find(id, in: project) }
        guard let stored, !stored.file.isExpired(at: clock.now()) else { throw FileRefusal.fileNotFound(id) }
        return stored
    }
}
