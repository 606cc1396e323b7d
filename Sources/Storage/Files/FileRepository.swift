import AssistantsAPI
import GRDB

/// A file, and under which digest its bytes are kept.
package struct StoredFile: Sendable, Equatable {
    package let file: File
    package let content: Digest

    package init(file: File, content: Digest) {
        self.file = file
        self.content = content
    }
}

/// Files, as rows of `files`.
///
/// A row that is deleted lets go of its bytes; `FileContents.release` frees them once no row needs them.
package struct FileRepository {
    let db: GRDB.Database

    private static let columns = "SELECT id, created_at, filename, purpose, bytes, content, expires_at FROM files"

    /// The file, be it that its time is over.
    package func find(_ id: Identifier<File>, in project: ProjectID) throws -> StoredFile? {
        try db.first(Self.columns + " WHERE id = ? AND project_id = ?", [id.rawValue, project.rawValue], Self.file)
    }

    /// Those of `ids` that are there at `time`, whichever project's they are.
    package func find(_ ids: [String], at time: Timestamp) throws -> [StoredFile] {
        try db.all(
            Self.columns + """
                 WHERE id IN (SELECT value FROM json_each(?)) AND (expires_at IS NULL OR expires_at > ?)
                """,
            [Self.json(ids), time.seconds],
            Self.file
        )
    }

    /// Those of `ids` that a project has at `time`.
    package func find(_ ids: [String], in project: ProjectID, at time: Timestamp) throws -> [StoredFile] {
        try db.all(
            Self.columns + """
                 WHERE id IN (SELECT value FROM json_each(?)) AND project_id = ?
                    AND (expires_at IS NULL OR expires_at > ?)
                """,
            [Self.json(ids), project.rawValue, time.seconds],
            Self.file
        )
    }

    /// - Parameter purpose: of all files nil; a purpose that there is not has no files.
    package func page(
        _ request: PageRequest,
        of project: ProjectID,
        purpose: String?,
        at time: Timestamp
    ) throws -> Page<File> {
        var filters: [ListQuery.Filter] = [("(expires_at IS NULL OR expires_at > ?)", time.seconds)]
        if let purpose { filters.append(("purpose = ?", purpose)) }
        return try ListQuery(
            select: Self.columns,
            table: "files",
            scope: "project_id = ?",
            scopeArgument: project.rawValue,
            filters: filters
        ).page(request, in: db) { try Self.file($0).file }
    }

    /// All files of a project, those whose time is over among them.
    package func page(_ request: PageRequest, of project: ProjectID) throws -> Page<StoredFile> {
        try ListQuery(
            select: Self.columns,
            table: "files",
            scope: "project_id = ?",
            scopeArgument: project.rawValue
        ).page(request, in: db, Self.file)
    }

    package func insert(_ file: File, content: Digest, in project: ProjectID) throws {
        let sql = """
            INSERT INTO files (id, project_id, created_at, filename, purpose, bytes, content, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.run(
            sql,
            [
                file.id.rawValue, project.rawValue, file.createdAt.seconds, file.filename, file.purpose.rawValue,
                file.bytes, content.hexadecimal, file.expiresAt?.seconds,
            ]
        )
    }

    /// Lets files that a tool made stay for good: what speaks of them is stored.
    package func makeLasting(_ ids: [String]) throws {
        try db.run(
            """
            UPDATE files SET expires_at = NULL
            WHERE id IN (SELECT value FROM json_each(?)) AND purpose = 'assistants_output'
            """,
            [Self.json(ids)]
        )
    }

    /// Deletes a file. Returns what its bytes were kept under; nil when there is no such file.
    package func delete(_ id: Identifier<File>, in project: ProjectID) throws -> Digest? {
        let sql = "DELETE FROM files WHERE id = ? AND project_id = ? RETURNING seq, content"
        let deleted = try db.first(sql, [id.rawValue, project.rawValue]) { ($0.integer(0), $0.text(1)) }
        guard let (sequence, content) = deleted else { return nil }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "files", scopeArgument: project.rawValue, sequence: sequence)
        guard let digest = Digest(hexadecimal: content) else {
            throw StorageError.corrupt(table: "files", id: id.rawValue)
        }
        return digest
    }

    /// Some files whose time is over at `time`.
    package func expired(at time: Timestamp, limit: Int) throws -> [(id: Identifier<File>, project: ProjectID)] {
        try db.all(
            "SELECT id, project_id FROM files WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
            [time.seconds, limit]
        ) { (Identifier($0.text(0)), ProjectID($0.text(1))) }
    }

    static func file(_ row: borrowing ResultRow) throws -> StoredFile {
        let id = row.text(0)
        guard let purpose = FilePurpose(rawValue: row.text(3)), let content = Digest(hexadecimal: row.text(5)) else {
            throw StorageError.corrupt(table: "files", id: id)
        }
        let file = File(
            id: Identifier(id),
            createdAt: Timestamp(seconds: row.integer(1)),
            filename: row.text(2),
            purpose: purpose,
            bytes: row.integer(4),
            expiresAt: row.optionalInteger(6).map(Timestamp.init(seconds:))
        )
        return StoredFile(file: file, content: content)
    }

    /// Any number of texts as one value of a statement.
    static func json(_ texts: [String]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for text in texts { writer.value(text) }
        writer.endArray()
        return writer.text
    }
}
