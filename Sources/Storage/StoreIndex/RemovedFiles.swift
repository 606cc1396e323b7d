import GRDB

/// Takes the chunks of removed files out of the index, some at a time.
struct RemovedFiles {
    let db: GRDB.Database

    enum Progress: Sendable {
        case more
        case done
        /// Nothing is left in the index at all.
        case emptied
    }

    /// Takes out up to `limit` chunks.
    func purge(limit: Int) throws -> Progress {
        let file = try db.first("SELECT seq, name FROM files WHERE state = 2 ORDER BY seq LIMIT 1", []) {
            (sequence: $0.integer(0), name: $0.text(1))
        }
        guard let file else { return .done }
        guard try db.hasRow("SELECT 1 FROM files WHERE state <> 2", []) else {
            try removeAll()
            return .emptied
        }
        try remove(from: file.sequence, name: file.name, limit: limit)
        return try db.hasRow("SELECT 1 FROM files WHERE state = 2", []) ? .more : .done
    }

    private func removeAll() throws {
        try db.run("INSERT INTO chunk_terms (chunk_terms) VALUES ('delete-all')")
        for table in ["vectors", "codes", "chunks", "files"] { try db.run("DELETE FROM \(table)") }
        try db.run("UPDATE store SET embedding_model = NULL, dimensions = NULL")
        try freePages()
    }

    private func remove(from file: Int, name: String, limit: Int) throws {
        let chunks = try db.all(
            "SELECT id, text FROM chunks WHERE file = ? ORDER BY number LIMIT ?",
            [file, limit]
        ) { (id: $0.integer(0), text: $0.text(1)) }
        var finder = ChunkTerms()
        for chunk in chunks {
            try db.run(
                """
                INSERT INTO chunk_terms (chunk_terms, rowid, once, twice, thrice, often, very_often)
                VALUES ('delete', ?, ?, ?, ?, ?, ?)
                """,
                [chunk.id] + finder.terms(of: chunk.text, name: name).columns
            )
            let first = chunk.id * StoredVectors.perChunk
            let last = first + StoredVectors.perChunk - 1
            for table in ["vectors", "codes"] {
                try db.run("DELETE FROM \(table) WHERE id BETWEEN ? AND ?", [first, last])
            }
            try db.run("DELETE FROM chunks WHERE id = ?", [chunk.id])
        }
        if chunks.count < limit {
            try db.run("DELETE FROM files WHERE seq = ?", [file])
            try freePages()
        }
    }

    /// Gives the room back to the disk.
    private func freePages() throws {
        try db.forEach("PRAGMA incremental_vacuum", []) { _ in true }
    }
}
