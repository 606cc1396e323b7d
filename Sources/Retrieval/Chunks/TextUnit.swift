/// A stretch of text that the chunker does not divide: a sentence, a row, a line, or some words of a very long one.
struct TextUnit {
    /// How good a place for the end of a chunk the unit's own end is.
    enum Border: Int, Comparable {
        case word, sentence, line, paragraph
        /// A heading follows.
        case section

        static func < (left: Border, right: Border) -> Bool { left.rawValue < right.rawValue }
    }

    /// Its bytes, with the spaces behind it.
    var bytes: Range<Int>
    /// Hundredths of a token.
    var cost: Int
    var border: Border
    var page: Int?
    /// The table that it is a row of, as an index into the chunker's list of headers.
    var table: Int?
    /// Whether it is the table's header itself.
    var isHeader = false
}

extension TextUnit {
    /// Where the next unit of a text ends, how good a border that is, and what the unit costs.
    ///
    /// A unit that would cost more than `limit` hundredths of a token ends between words before that, or, where there are
    /// none, between characters.
    static func next(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        limit: Int
    ) -> (end: Int, border: Border, cost: Int) {
        // No text but spaces goes so far for so little: what lies behind needs not be looked at.
        let window = min(text.count, characterEnd(in: text, at: min(text.count, start + limit / 5)))
        let natural = naturalEnd(in: UnsafeBufferPointer(rebasing: text[..<window]), from: start)
        let whole = UnsafeBufferPointer(rebasing: text[start..<natural.end])
        let cost = TokenEstimate.hundredths(inBytes: whole)
        if cost <= limit { return (natural.end, natural.border, cost) }
        let part = UnsafeBufferPointer(rebasing: whole[..<divided(whole, limit: limit)])
        return (start + part.count, .word, TokenEstimate.hundredths(inBytes: part))
    }

    private static func naturalEnd(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int
    ) -> (end: Int, border: Border) {
        var index = start
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\n"):
                return afterNewline(in: text, from: index)
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
                if index < text.count, text[index] == UInt8(ascii: " ") {
                    return (skippingSpaces(in: text, from: index), .sentence)
                }
            case 0x82 where isIdeographicStop(in: text, endingAt: index):
                return (skippingSpaces(in: text, from: index), .sentence)
            default: break
            }
        }
        return (index, .word)
    }

    /// `。`, which no space follows, is E3 80 82.
    private static func isIdeographicStop(in text: UnsafeBufferPointer<UInt8>, endingAt end: Int) -> Bool {
        end >= 3 && text[end - 2] == 0x80 && text[end - 3] == 0xE3
    }

    /// A blank line makes the end of a line that of a paragraph.
    private static func afterNewline(
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int
    ) -> (end: Int, border: Border) {
        var (end, index) = (start, start)
        var border = Border.line
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\n"):
                border = .paragraph
                end = index + 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "#"): return (end, border == .paragraph ? .section : border)
            default: return (end, border)
            }
            index += 1
        }
        return (index, border)
    }

    private static func skippingSpaces(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < text.count, text[index] == UInt8(ascii: " ") { index += 1 }
        return index
    }

    /// The length of the longest beginning of a text that costs at most `limit`, to the last space if there is one.
    private static func divided(_ text: UnsafeBufferPointer<UInt8>, limit: Int) -> Int {
        // Counted in steps, so that a text without any border is gone through once.
        var (end, cost) = (0, 0)
        while end < text.count {
            let next = min(text.count, characterEnd(in: text, at: end + 16))
            let stepCost = TokenEstimate.hundredths(inBytes: UnsafeBufferPointer(rebasing: text[end..<next]))
            if end > 0, cost + stepCost > limit { break }
            cost += stepCost
            end = next
        }
        let lastSpace = text[..<end].lastIndex(of: UInt8(ascii: " "))
        guard let lastSpace, lastSpace + 1 > end / 2 else { return end }
        return lastSpace + 1
    }

    /// The first place from `index` on where a character begins.
    private static func characterEnd(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        var index = index
        while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
        return index
    }
}
