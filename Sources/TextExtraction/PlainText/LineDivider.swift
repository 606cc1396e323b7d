import Retrieval

/// Pieces of many whole lines.
struct LineDivider: TextDividing {
    private var rest: [UInt8] = []

    mutating func divide(_ bytes: [UInt8], isLast: Bool) -> [TextPiece] {
        let all = rest + bytes
        var pieces: [TextPiece] = []
        var start = 0
        while all.count - start > Self.longestPiece {
            let end = Self.cut(all[start...], atMost: Self.longestPiece)
            pieces.append(contentsOf: TextPiece.unlessBlank(all[start..<end]))
            start = end
        }
        rest = isLast ? [] : Array(all[start...])
        if isLast { pieces.append(contentsOf: TextPiece.unlessBlank(all[start...])) }
        return pieces
    }

    /// Where to cut so that the first part has at most so many bytes: after a line, or else after a word, or else
    /// between two characters.
    static func cut(_ bytes: ArraySlice<UInt8>, atMost longest: Int) -> Int {
        let limit = bytes.startIndex + longest
        guard limit < bytes.endIndex else { return bytes.endIndex }
        let part = bytes[bytes.startIndex..<limit]
        if let line = part.lastIndex(of: UInt8(ascii: "\n")) { return line + 1 }
        let end = part.suffix(longest / 2)
        if let space = end.lastIndex(of: UInt8(ascii: " ")) ?? end.lastIndex(of: UInt8(ascii: ",")) { return space + 1 }
        var place = limit
        while place > limit - 4, bytes[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}

extension TextPiece {
    /// As at most one piece; bytes that are no UTF-8 are replaced.
    static func unlessBlank(_ bytes: ArraySlice<UInt8>, header: String? = nil) -> [TextPiece] {
        guard bytes.contains(where: { $0 > 0x20 }) else { return [] }
        return [TextPiece(text: String(decoding: bytes, as: UTF8.self), tableHeader: header)]
    }
}

extension String {
    /// Without line feeds at its end.
    var withoutLineEnd: String {
        var text = self
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
