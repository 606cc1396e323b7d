import Retrieval

/// Pieces of whole rows of a table, with the names of the columns as their header.
struct RowDivider: TextDividing {
    /// What stands between two fields; nil until the first row tells.
    private var separator: UInt8?
    private var rest: [UInt8] = []
    private var header: String?
    private var isFirstRow = true
    /// Rows after the header.
    private var hasRows = false

    /// A first row of more bytes names no columns.
    private static let longestHeader = 4000

    init(separator: UInt8?) { self.separator = separator }

    mutating func divide(_ bytes: [UInt8], isLast: Bool) -> [TextPiece] {
        let all = rest + bytes
        var pieces: [TextPiece] = []
        // Rows that are to be one piece, and those after them.
        var (first, start) = (0, 0)
        while let end = endOfRow(all[start...], isLast: isLast) {
            if isFirstRow, takeHeader(all[start..<end]) {
                first = end
            } else if end - first > Self.longestPiece {
                pieces += rows(all[first..<start])
                first = start
            }
            start = end
        }
        pieces += rows(all[first..<start])
        rest = isLast ? [] : Array(all[start...])
        // A table of names alone is a text as well.
        if isLast, !hasRows, let header { pieces.append(TextPiece(text: header + "\n")) }
        return pieces
    }

    private mutating func rows(_ bytes: ArraySlice<UInt8>) -> [TextPiece] {
        let pieces = TextPiece.unlessBlank(bytes, header: header)
        if !pieces.isEmpty { hasRows = true }
        return pieces
    }

    /// Whether the first row, or one before it, is none with data.
    private mutating func takeHeader(_ row: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: row, as: UTF8.self).withoutLineEnd
        guard text.contains(where: { !$0.isWhitespace }) else { return true }
        // A spreadsheet program's own remark.
        if text.hasPrefix("sep="), text.utf8.count == 5 {
            separator = text.utf8.last
            return true
        }
        isFirstRow = false
        let separator = self.separator ?? Self.likelySeparator(of: row)
        self.separator = separator
        guard row.count <= Self.longestHeader, Self.namesColumns(text, separator) else { return false }
        header = text
        return true
    }

    /// The place after the next row; nil where it has not ended yet.
    private func endOfRow(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
        guard !bytes.isEmpty else { return nil }
        let (quote, lineFeed) = (UInt8(ascii: "\""), UInt8(ascii: "\n"))
        // In files with tabs a quotation mark is one like any other letter.
        let hasQuotes = separator != UInt8(ascii: "\t")
        var isQuoted = false
        var startsField = true
        for index in bytes.indices.prefix(Self.longestPiece) {
            let byte = bytes[index]
            if byte == quote, hasQuotes, startsField || isQuoted {
                isQuoted.toggle()
                // A quotation mark after another one is part of the text.
                startsField = !isQuoted
            } else if byte == lineFeed, !isQuoted {
                return index + 1
            } else {
                startsField = !isQuoted && (byte == separator || (separator == nil && Self.separators.contains(byte)))
            }
        }
        if bytes.count > Self.longestPiece { return LineDivider.cut(bytes, atMost: Self.longestPiece) }
        return isLast ? bytes.endIndex : nil
    }

    private static let separators: [UInt8] = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

    private static func likelySeparator(of row: ArraySlice<UInt8>) -> UInt8 {
        let counts = separators.map { separator in (separator, row.count { $0 == separator }) }
        return counts.max { $0.1 < $1.1 }?.0 ?? UInt8(ascii: ",")
    }

    /// Whether a row has names in it and no numbers.
    private static func namesColumns(_ row: String, _ separator: UInt8) -> Bool {
        let fields = row.split(separator: Character(UnicodeScalar(separator))).map { field in
            field.filter { $0 != "\"" && !$0.isWhitespace }
        }
        let filled = fields.filter { !$0.isEmpty }
        return !filled.isEmpty && filled.allSatisfy { Double($0) == nil }
    }
}
