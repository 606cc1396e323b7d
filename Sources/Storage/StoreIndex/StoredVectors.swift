import GRDB
import Retrieval

/// Vectors as the index stores them.
enum StoredVectors {
    /// Numbers of vectors that one chunk has room for.
    static let perChunk = 64

    static func space(in db: GRDB.Database) throws -> VectorSpace? {
        try db.first(
            "SELECT embedding_model, dimensions FROM store WHERE embedding_model IS NOT NULL AND dimensions IS NOT NULL",
            []
        ) { VectorSpace(model: $0.text(0), dimensions: $0.integer(1)) }
    }

    static func insert(_ vector: ChunkBatch.Vector, as id: Int, in db: GRDB.Database) throws {
        let exact = vector.exact.withUnsafeBytes { Array($0) }
        try db.run("INSERT INTO vectors (id, vector) VALUES (?, ?)", [id, exact])
        var code = withUnsafeBytes(of: vector.code.scale) { Array($0) }
        vector.code.codes.withUnsafeBytes { code.append(contentsOf: $0) }
        try db.run("INSERT INTO codes (id, code) VALUES (?, ?)", [id, code])
    }

    /// All vectors with eight bits, and the files that they belong to.
    struct Loaded: Sendable {
        fileprivate(set) var matrix: VectorMatrix
        /// For each row in turn.
        fileprivate(set) var rows: [StoreMap.Rows] = []
    }

    static func load(_ space: VectorSpace, _ map: StoreMap, in db: GRDB.Database) throws -> Loaded {
        var loaded = Loaded(matrix: VectorMatrix(dimensions: space.dimensions))
        var run = 0
        try db.forEach("SELECT id, code FROM codes ORDER BY id", []) { row in
            let chunk = row.integer(0) / perChunk
            while run < map.runs.count, map.runs[run].chunks.upperBound <= chunk { run += 1 }
            guard run < map.runs.count else { return false }
            guard map.runs[run].chunks.contains(chunk) else { return true }
            let code = row.withBytes(1) { bytes -> QuantizedVector? in
                guard bytes.count == MemoryLayout<Float>.size + space.dimensions else { return nil }
                let codes = bytes[MemoryLayout<Float>.size...].map { Int8(bitPattern: $0) }
                return QuantizedVector(codes: codes, scale: bytes.loadUnaligned(as: Float.self))
            }
            guard let code else { return true }
            loaded.add(code, owner: chunk, file: map.runs[run].file)
            return true
        }
        return loaded
    }

    /// The largest cosine of any of a chunk's vectors with a normalized one; nil when it has none.
    static func cosine(of chunk: Int, with query: [Float], in db: GRDB.Database) throws -> Float? {
        var best: Float?
        try db.forEach(
            "SELECT vector FROM vectors WHERE id BETWEEN ? AND ?",
            [chunk * perChunk, chunk * perChunk + perChunk - 1]
        ) { row in
            let vector = row.withBytes(0) { bytes in
                [Float](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Float>.size) { buffer, count in
                    count = buffer.count
                    UnsafeMutableRawBufferPointer(buffer).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<Float>.size)])
                    )
                }
            }
            let cosine = Embedding.product(vector, query)
            best = max(best ?? cosine, cosine)
            return true
        }
        return best
    }
}

extension StoredVectors.Loaded {
    fileprivate mutating func add(_ vector: QuantizedVector, owner: Int, file: Int) {
        let row = matrix.count
        matrix.append(vector, owner: owner)
        if let last = rows.indices.last, rows[last].file == file {
            rows[last].rows = rows[last].rows.lowerBound..<row + 1
        } else {
            rows.append(StoreMap.Rows(file: file, rows: row..<row + 1))
        }
    }
}
