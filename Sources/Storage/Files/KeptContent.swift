import NIOCore

/// The bytes of a file, open for reading: they can be read to their end even when the file is deleted meanwhile.
package struct KeptContent: Sendable {
    /// As many as one step reads.
    package static let pieceSize = 256 << 10

    private let file: DiskFile
    /// How many there are.
    package let count: Int

    /// Opens a file for reading. Throws `StorageError.unavailable` when there is none.
    package init(path: String) async throws {
        (file, count) = try await DiskWork.run {
            let file = try DiskFile(reading: path)
            return (file, try file.size())
        }
    }

    /// Up to `count` bytes from a place on; none at the end.
    package func piece(from offset: Int, upTo count: Int = pieceSize) async throws -> ByteBuffer {
        try await DiskWork.run { [file] in try file.read(from: offset, upTo: count) }
    }

    /// Hands the bytes over from the first to the last, each piece once the one before is taken.
    package func forEachPiece(_ body: (ByteBuffer) async throws -> Void) async throws {
        var offset = 0
        while true {
            let piece = try await piece(from: offset)
            guard piece.readableBytes > 0 else { return }
            offset += piece.readableBytes
            try await body(piece)
        }
    }
}
