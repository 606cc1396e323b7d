import AssistantsAPI
import GRDB

/// Files that are sent in parts, as rows of `uploads` and `upload_parts`.
package struct UploadRepository {
    let db: GRDB.Database

    /// A part, and under which digest its bytes are kept.
    package struct StoredPart: Sendable, Equatable {
        package let id: Identifier<UploadPart>
        package let bytes: Int
        package let content: Digest
    }

    package func find(_ id: Identifier<Upload>, in project: ProjectID) throws -> Upload? {
        let sql = """
            SELECT id, created_at, filename, purpose, bytes, status, expires_at, file_lifetime FROM uploads
            WHERE id = ? AND project_id = ?
            """
        return try db.first(sql, [id.rawValue, project.rawValue], Self.upload)
    }

    package func insert(_ upload: Upload, in project: ProjectID) throws {
        let sql = """
            INSERT INTO uploads
                (id, project_id, created_at, filename, purpose, bytes, status, expires_at, file_lifetime)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try db.run(
            sql,
            [
                upload.id.rawValue, project.rawValue, upload.createdAt.seconds, upload.filename,
                upload.purpose.rawValue, upload.bytes, upload.status.rawValue, upload.expiresAt.seconds,
                upload.fileLifetime,
            ]
        )
    }

    package func insert(_ part: UploadPart, content: Digest) throws {
        try db.run(
            "INSERT INTO upload_parts (id, upload_id, created_at, bytes, content) VALUES (?, ?, ?, ?, ?)",
            [
                part.id.rawValue, part.uploadID.rawValue, part.createdAt.seconds, part.bytes, content.hexadecimal,
            ]
        )
    }

    /// Ends an upload, and deletes its parts. Returns what their bytes were kept under.
    package func end(_ id: Identifier<Upload>, as status: Upload.Status) throws -> [Digest] {
        try db.run("UPDATE uploads SET status = ? WHERE id = ?", [status.rawValue, id.rawValue])
        let contents = try db.all("SELECT DISTINCT content FROM upload_parts WHERE upload_id = ?", [id.rawValue]) {
            $0.text(0)
        }
        try db.run("DELETE FROM upload_parts WHERE upload_id = ?", [id.rawValue])
        return contents.compactMap { Digest(hexadecimal: $0) }
    }

    /// How many parts have come for an upload, and their bytes.
    package func partSums(of upload: Identifier<Upload>) throws -> (count: Int, bytes: Int) {
        let sql = "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM upload_parts WHERE upload_id = ?"
        return try db.first(sql, [upload.rawValue]) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// All parts of an upload, by their ids.
    package func parts(of upload: Identifier<Upload>) throws -> [Identifier<UploadPart>: StoredPart] {
        let sql = "SELECT id, bytes, content FROM upload_parts WHERE upload_id = ?"
        let parts = try db.all(sql, [upload.rawValue]) { row in
            let id = row.text(0)
            guard let content = Digest(hexadecimal: row.text(2)) else {
                throw StorageError.corrupt(table: "upload_parts", id: id)
            }
            return StoredPart(id: Identifier(id), bytes: row.integer(1), content: content)
        }
        return Dictionary(parts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Some uploads that still wait for parts although their time is over at `time`.
    package func expired(at time: Timestamp, limit: Int) throws -> [Identifier<Upload>] {
        try db.all(
            "SELECT id FROM uploads WHERE status = 'pending' AND expires_at <= ? ORDER BY expires_at LIMIT ?",
            [time.seconds, limit]
        ) { Identifier($0.text(0)) }
    }

    private static func upload(_ row: borrowing ResultRow) throws -> Upload {
        let id = row.text(0)
        guard let purpose = FilePurpose(rawValue: row.text(3)), let status = Upload.Status(rawValue: row.text(5)) else {
            throw StorageError.corrupt(table: "uploads", id: id)
        }
        return Upload(
            id: Identifier(id),
            createdAt: Timestamp(seconds: row.integer(1)),
            filename: row.text(2),
            purpose: purpose,
            bytes: row.integer(4),
            status: status,
            expiresAt: Timestamp(seconds: row.integer(6)),
            fileLifetime: row.optionalInteger(7)
        )
    }
}
