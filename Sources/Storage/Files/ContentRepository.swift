import GRDB

/// Which bytes are needed, by rows of `files` or `upload_parts`.
package struct ContentRepository {
    let db: GRDB.Database

    package func isNeeded(_ content: Digest) throws -> Bool {
        let hash = content.hexadecimal
        let sql = """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM files WHERE content = ?)
                OR EXISTS (SELECT 1 FROM upload_parts WHERE content = ?)
            """
        return try db.hasRow(sql, [hash, hash])
    }

    /// Those of `contents` that nothing needs.
    package func unneeded(of contents: [Digest]) throws -> [Digest] {
        try contents.filter { try !isNeeded($0) }
    }
}
