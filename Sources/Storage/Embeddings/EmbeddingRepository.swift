import AssistantsAPI
import GRDB

/// Vectors of texts, as rows of `embeddings`: the newest, within a bound of bytes.
package struct EmbeddingRepository {
    let db: GRDB.Database

    /// Bytes of vectors that are kept.
    private static let limit = 256 << 20

    /// What a vector is kept under.
    package static func key(model: String, text: String) -> String {
        var parts = Digest.Parts()
        parts.add(model)
        parts.add(text)
        return parts.digest().hexadecimal
    }

    package func find(_ key: String) throws -> [Float]? {
        try db.first("SELECT vector FROM embeddings WHERE hash = ?", [key]) { row in
            row.withBytes(0) { bytes in
                stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { offset in
                    let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    return Float(bitPattern: UInt32(littleEndian: bits))
                }
            }
        }
    }

    /// Keeps vectors, and lets go of the oldest where there are too many. One that is there already stays.
    package func put(_ entries: [(key: String, vector: [Float])]) throws {
        guard let size = entries.first?.vector.count, size > 0 else { return }
        for entry in entries {
            let bytes = entry.vector.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
            try db.run(
                "INSERT INTO embeddings (hash, vector) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
                [entry.key, bytes]
            )
        }
        let kept = max(Self.limit / (4 * size), 1)
        try db.run("DELETE FROM embeddings WHERE seq <= (SELECT MAX(seq) FROM embeddings) - ?", [kept])
    }
}
