/// A piece of a text as far as it matters for finding labels and stated sizes.
struct LabelToken: Equatable {
    enum Kind: Equatable {
        case word(LabelVocabulary.Word)
        case number(Int)
        case colon
        /// A sign that sets parts of a sentence apart: a comma, a dash, a stroke.
        case pause
        case openParenthesis
        case closeParenthesis
        case sentenceEnd
        case question
        case lineEnd
        /// Anything else, runs of it taken together.
        case other
    }

    let kind: Kind
    /// Byte offsets in the text.
    let range: Range<Int>
}

/// Cuts a text into label tokens in one pass.
struct LabelTokens: Sequence, IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private var index: Int
    private let end: Int

    init(_ text: UnsafeRawBufferPointer, in range: Range<Int>) {
        self.text = text
        index = range.lowerBound
        end = range.upperBound
    }

    mutating func next() -> LabelToken? {
        while index < end, isDecoration(text[index]) { index += 1 }
        guard index < end else { return nil }
        let start = index
        let kind = takeKind()
        return LabelToken(kind: kind, range: start..<Swift.max(index, start + 1))
    }

    private mutating func takeKind() -> LabelToken.Kind {
        let byte = text[index]
        if byte < 0x80 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return take(1, .lineEnd)
            case UInt8(ascii: ":"), UInt8(ascii: "="): return take(1, .colon)
            case UInt8(ascii: "("), UInt8(ascii: "["): return take(1, .openParenthesis)
            case UInt8(ascii: ")"), UInt8(ascii: "]"): return take(1, .closeParenthesis)
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: ";"): return take(1, .sentenceEnd)
            case UInt8(ascii: "?"): return take(1, .question)
            case UInt8(ascii: ","), UInt8(ascii: "/"): return take(1, .pause)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return takeNumber()
            default: break
            }
        } else if matches("：") {
            return take(3, .colon)
        } else if matches("–") || matches("—") {
            return take(3, .pause)
        }
        if let (word, wordEnd) = LabelVocabulary.word(in: text, at: index), wordEnd <= end {
            index = wordEnd
            return .word(word)
        }
        takeOther()
        return .other
    }

    private mutating func take(_ count: Int, _ kind: LabelToken.Kind) -> LabelToken.Kind {
        index += count
        return kind
    }

    /// Takes `1,234` as 1234. Decimals, dates, clock times, percentages and parts of names are no sizes.
    private mutating func takeNumber() -> LabelToken.Kind {
        let isPartOfName = index > 0 && isNameByte(text[index - 1])
        var value: Int? = 0
        var isPlain = !isPartOfName
        while index < end {
            let byte = text[index]
            if let digit = digit(byte) {
                value = value.flatMap { appending(digit, to: $0) }
            } else if byte == UInt8(ascii: ","), index + 1 < end, digit(text[index + 1]) != nil {
            } else if "-./:%".utf8.contains(byte), index + 1 < end,
                byte == UInt8(ascii: "%") || digit(text[index + 1]) != nil
            {
                isPlain = false
            } else {
                break
            }
            index += 1
        }
        guard isPlain, let value else { return .other }
        return .number(value)
    }

    private func appending(_ digit: Int, to value: Int) -> Int? {
        value < 1_000_000_000_000 ? value * 10 + digit : nil
    }

    private mutating func takeOther() {
        if text[index] >= 0x80 {
            index += 1
            while index < end, text[index] & 0xC0 == 0x80 { index += 1 }
        } else if isNameByte(text[index]) {
            while index < end, isNameByte(text[index]) { index += 1 }
        } else {
            index += 1
        }
    }

    private func digit(_ byte: UInt8) -> Int? {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// Spaces and Markdown's signs, which carry no meaning here.
    private func isDecoration(_ byte: UInt8) -> Bool { " \t*#`>\"'|~_-".utf8.contains(byte) }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private func matches(_ sign: StaticString) -> Bool {
        let count = sign.utf8CodeUnitCount
        guard index + count <= end else { return false }
        return (0..<count).allSatisfy { text[index + $0] == sign.utf8Start[$0] }
    }
}
