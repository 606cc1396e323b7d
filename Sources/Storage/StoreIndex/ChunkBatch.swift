import AssistantsAPI
import GRDB
import Retrieval

/// Chunks that are added together, ready to be written: their terms are found and their vectors cut down before the
/// transaction.
struct ChunkBatch: Sendable {
    struct Vector: Sendable {
        /// Index of its chunk.
        var chunk: Int
        /// Which of the chunk's vectors it is.
        var number: Int
        var exact: [Float]
        var code: QuantizedVector
    }

    private let chunks: [TextChunk]
    private let columns: [[UTF8Text]]
    /// Occurrences of terms in each chunk.
    let lengths: [Int]
    let space: VectorSpace?
    let vectors: [Vector]

    /// - Parameter filename: its words go with each chunk.
    init(_ chunks: [TextChunk], vectors: ChunkVectors?, filename: String) throws {
        self.chunks = chunks
        var finder = ChunkTerms()
        let terms = chunks.map { finder.terms(of: $0.text, name: filename) }
        columns = terms.map(\.columns)
        lengths = terms.map(\.count)
        (space, self.vectors) = try Self.vectors(of: vectors, chunks: chunks.count)
    }

    private static func vectors(of given: ChunkVectors?, chunks: Int) throws -> (VectorSpace?, [Vector]) {
        guard let given, let first = given.vectors.first else { return (nil, []) }
        let space = VectorSpace(model: given.model, dimensions: first.count)
        var counts = [Int](repeating: 0, count: chunks)
        var vectors: [Vector] = []
        for (index, vector) in given.vectors.enumerated() {
            guard vector.count == space.dimensions else {
                let found = VectorSpace(model: given.model, dimensions: vector.count)
                throw VectorSpaceMismatch(expected: space, found: found)
            }
            let owner = given.owners.map { $0[index] } ?? index
            // A vector without direction says nothing; its chunk is found by its words.
            guard owner < chunks, counts[owner] < StoredVectors.perChunk,
                let exact = Embedding.normalized(vector)
            else { continue }
            vectors.append(
                Vector(chunk: owner, number: counts[owner], exact: exact, code: QuantizedVector(exact))
            )
            counts[owner] += 1
        }
        return (space, vectors)
    }

    /// Bytes that the chunks take, as callers are told.
    private var bytes: Int {
        let texts = chunks.reduce(0) { $0 + $1.text.utf8.count }
        return texts + vectors.count * (space?.dimensions ?? 0) * (MemoryLayout<Float>.size + 1)
    }

    /// Writes the batch. Returns the number of its first chunk; the others follow. Throws `CancellationError` when the file
    /// is to be indexed no more.
    func insert(into file: Int, in db: GRDB.Database) throws -> Int {
        let before = try db.first("SELECT chunk_count FROM files WHERE seq = ? AND state = 0", [file]) {
            $0.integer(0)
        }
        guard let before else { throw CancellationError() }
        if let space { try settle(space, in: db) }
        let first =
            1 + (try db.first("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'", []) { $0.integer(0) } ?? 0)
        for index in chunks.indices {
            try insert(index, as: first + index, number: before + index, of: file, in: db)
        }
        for vector in vectors {
            let id = (first + vector.chunk) * StoredVectors.perChunk + vector.number
            try StoredVectors.insert(vector, as: id, in: db)
        }
        try db.run(
            "UPDATE files SET chunk_count = chunk_count + ?, bytes = bytes + ? WHERE seq = ?",
            [chunks.count, bytes, file]
        )
        return first
    }

    private func insert(_ index: Int, as id: Int, number: Int, of file: Int, in db: GRDB.Database) throws {
        let chunk = chunks[index]
        try db.run(
            """
            INSERT INTO chunks (id, file, number, terms, text, tokens, first_page, last_page, repeated_bytes, page_starts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, file, number, lengths[index], chunk.text, chunk.tokens, chunk.pages?.lowerBound,
                chunk.pages?.upperBound, chunk.repeatedBytes,
                chunk.pageStarts.isEmpty ? nil : chunk.pageStarts.map(String.init).joined(separator: " "),
            ]
        )
        try db.run(
            "INSERT INTO chunk_terms (rowid, once, twice, thrice, often, very_often) VALUES (?, ?, ?, ?, ?, ?)",
            [id] + columns[index]
        )
    }

    /// The store's first vectors decide what the others must be like.
    private func settle(_ space: VectorSpace, in db: GRDB.Database) throws {
        if let expected = try StoredVectors.space(in: db) {
            guard expected == space else { throw VectorSpaceMismatch(expected: expected, found: space) }
        } else {
            try db.run("UPDATE store SET embedding_model = ?, dimensions = ?", [space.model, space.dimensions])
        }
    }
}
