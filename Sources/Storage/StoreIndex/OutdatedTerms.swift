import GRDB

/// Finds the terms of all chunks anew where an index was made by other rules than today's: a question would not meet them, and
/// what has to leave the index could not be named as it came.
struct OutdatedTerms {
    let db: GRDB.Database

    /// Chunks that are in memory at the same time.
    private static let batch = 200

    /// Some ten seconds for a hundred thousand chunks, and nothing where the rules are the same. All or nothing is done.
    func renew() throws {
        let known = try db.first("SELECT term_rules FROM store", []) { $0.integer(0) }
        guard known != ChunkTerms.rules else { return }
        try db.inTransaction(.immediate) {
            try db.run("INSERT INTO chunk_terms (chunk_terms) VALUES ('delete-all')")
            var last: Int? = 0
            while let next = last { last = try renewBatch(after: next) }
            try db.run("UPDATE store SET term_rules = ?", [ChunkTerms.rules])
            return .commit
        }
    }

    /// Returns the last chunk that it did; nil when there was none.
    private func renewBatch(after last: Int) throws -> Int? {
        let chunks = try db.all(
            """
            SELECT chunks.id, text, name FROM chunks JOIN files ON files.seq = file
            WHERE chunks.id > ? ORDER BY chunks.id LIMIT ?
            """,
            [last, Self.batch]
        ) { (id: $0.integer(0), text: $0.text(1), name: $0.text(2)) }
        var finder = ChunkTerms()
        for chunk in chunks {
            let terms = finder.terms(of: chunk.text, name: chunk.name)
            try db.run("UPDATE chunks SET terms = ? WHERE id = ?", [terms.count, chunk.id])
            try db.run(
                "INSERT INTO chunk_terms (rowid, once, twice, thrice, often, very_often) VALUES (?, ?, ?, ?, ?, ?)",
                [chunk.id] + terms.columns
            )
        }
        return chunks.last?.id
    }
}
