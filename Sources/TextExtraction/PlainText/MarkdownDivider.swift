import Retrieval

/// Pieces of many whole lines; the rows of a table have pieces of their own, with its header.
struct MarkdownDivider: TextDividing {
    private var lines = LineDivider()
    private var rest: [UInt8] = []
    /// A line that may turn out to be the header of a table.
    private var held: ArraySlice<UInt8>?
    private var header: String?
    /// A longer line names no columns.
    private static let longestHeader = 4000
    /// Whether the header has gone out with a row.
    private var hasRows = false

    mutating func divide(_ bytes: [UInt8], isLast: Bool) -> [TextPiece] {
        let all = rest + bytes
        var pieces: [TextPiece] = []
        var start = 0
        while start < all.count, let end = Self.endOfLine(all[start...], isLast: isLast) {
            pieces += take(all[start..<end])
            start = end
        }
        rest = isLast ? [] : Array(all[start...])
        if isLast {
            pieces += endTable()
            if let held { pieces += lines.divide(Array(held), isLast: false) }
            pieces += lines.divide([], isLast: true)
        }
        return pieces
    }

    private mutating func take(_ line: ArraySlice<UInt8>) -> [TextPiece] {
        let isRow = line.first { $0 != 0x20 } == UInt8(ascii: "|")
        if header != nil, isRow {
            hasRows = true
            return TextPiece.unlessBlank(line, header: header)
        }
        let ended = endTable()
        if let held, Self.isUnderHeader(line) {
            self.held = nil
            (header, hasRows) = (String(decoding: held + line, as: UTF8.self).withoutLineEnd, false)
            return ended + lines.divide([], isLast: true)
        }
        var pieces = ended
        if let held { pieces += lines.divide(Array(held), isLast: false) }
        held = isRow && line.count <= Self.longestHeader ? line : nil
        return held == nil ? pieces + lines.divide(Array(line), isLast: false) : pieces
    }

    /// A table of a header alone is a text as well.
    private mutating func endTable() -> [TextPiece] {
        defer { header = nil }
        return header.map { hasRows ? [] : [TextPiece(text: $0 + "\n")] } ?? []
    }

    /// `|---|:---:|`
    private static func isUnderHeader(_ line: ArraySlice<UInt8>) -> Bool {
        var dashes = 0
        for byte in line {
            switch byte {
            case UInt8(ascii: "-"): dashes += 1
            case UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"):
                continue
            default: return false
            }
        }
        return dashes > 0
    }

    private static func endOfLine(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
        if let end = bytes.prefix(longestPiece).firstIndex(of: UInt8(ascii: "\n")) { return end + 1 }
        if bytes.count > longestPiece { return LineDivider.cut(bytes, atMost: longestPiece) }
        return isLast ? bytes.endIndex : nil
    }
}
