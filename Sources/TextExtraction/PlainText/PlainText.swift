import Retrieval

/// Reads a file of text: block by block, into UTF-8, and apart into pieces.
struct PlainText {
    private var decoder = TextDecoder()
    private var divider: any TextDividing
    private static let blockSize = 256 * 1024

    init(form: TextForm) {
        switch form {
        case .prose: divider = LineDivider()
        case .json: divider = JSONDivider()
        case .markdown: divider = MarkdownDivider()
        case .table(let separator): divider = RowDivider(separator: separator)
        }
    }

    /// - Throws: ``ExtractionFailure``, `CancellationError`, and what `consume` throws.
    nonisolated(nonsending) mutating func read(
        _ file: SourceFile,
        consume: (TextPiece) async throws -> Void
    ) async throws {
        var offset = 0
        while true {
            try Task.checkCancellation()
            let block = try await file.read(at: offset, atMost: Self.blockSize)
            offset += block.count
            let isLast = block.isEmpty
            for piece in divider.divide(try decoder.decode(block, isLast: isLast), isLast: isLast) {
                try await consume(piece)
            }
            if isLast { return }
        }
    }
}

/// Takes text as it comes and cuts it where it may be cut.
protocol TextDividing: Sendable {
    /// - Parameters:
    ///   - bytes: UTF-8, with lines that end in a line feed.
    ///   - isLast: Whether nothing follows; what was held back comes out then.
    /// - Returns: Pieces with something in them besides space, each of at most ``longestPiece`` bytes.
    mutating func divide(_ bytes: [UInt8], isLast: Bool) -> [TextPiece]
}

extension TextDividing {
    /// In bytes.
    static var longestPiece: Int { 24 * 1024 }
}
