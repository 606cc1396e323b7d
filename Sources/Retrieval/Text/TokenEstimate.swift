/// Estimates how many tokens a text has, by classes of characters.
///
/// Within some 10 % of OpenAI's o200k vocabulary on English, Korean, code, JSON and tables of numbers; the usual rule
/// of four characters to a token is off by a factor of two on the last two and on Korean. Only budgets depend on it.
package enum TokenEstimate {
    package static func tokens(in text: some Sequence<UInt8>) -> Int {
        text.withContiguousStorageIfAvailable { tokens(inBytes: $0) }
            ?? Array(text).withUnsafeBufferPointer { tokens(inBytes: $0) }
    }

    private static func tokens(inBytes text: UnsafeBufferPointer<UInt8>) -> Int {
        (hundredths(inBytes: text) + 99) / 100
    }

    /// Hundredths of a token, which may be summed over the parts of a text.
    ///
    /// One pass, without a table or a call for each byte: this is done for every message that is stored.
    static func hundredths(inBytes text: UnsafeBufferPointer<UInt8>) -> Int {
        var hundredths = 0
        var index = 0
        while index < text.count {
            let kind = kind(of: text, at: index).kind
            var length = 0
            if kind == .letters {
                // Most of most texts.
                while index < text.count, isASCIILetter(text[index]) {
                    length += 1
                    index += 1
                }
            }
            while index < text.count {
                let next = Self.kind(of: text, at: index)
                guard next.kind == kind else { break }
                length += 1
                index += next.width
            }
            hundredths += cost(kind, length)
        }
        return hundredths
    }

    private enum Kind { case letters, digits, punctuation, spaces, hangul, ideographs, other }

    /// The class of the character that begins at `index`, and how many bytes it has.
    @inline(__always)
    private static func kind(of text: UnsafeBufferPointer<UInt8>, at index: Int) -> (kind: Kind, width: Int) {
        let byte = text[index]
        if byte < 0x80 { return (ascii(byte), 1) }
        func continuation(_ offset: Int) -> UInt32 {
            index + offset < text.count ? UInt32(text[index + offset] & 0x3F) : 0
        }
        if byte >= 0xF0 {
            let scalar = UInt32(byte & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3)
            return (beyondASCII(scalar), 4)
        }
        if byte >= 0xE0 {
            return (beyondASCII(UInt32(byte & 0x0F) << 12 | continuation(1) << 6 | continuation(2)), 3)
        }
        return (beyondASCII(UInt32(byte & 0x1F) << 6 | continuation(1)), 2)
    }

    @inline(__always)
    private static func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    @inline(__always)
    private static func ascii(_ byte: UInt8) -> Kind {
        if isASCIILetter(byte) { return .letters }
        if byte &- UInt8(ascii: "0") < 10 { return .digits }
        return byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 ? .spaces : .punctuation
    }

    private static func beyondASCII(_ scalar: UInt32) -> Kind {
        switch scalar {
        case 0xAC00...0xD7A3, 0x1100...0x11FF, 0x3130...0x318F: .hangul
        case 0x3040...0x30FF, 0x3400...0x9FFF, 0x20000...0x3FFFF: .ideographs
        case 0x80...0x24F: .letters
        default: .other
        }
    }

    /// Hundredths of a token that `length` characters of a class take together.
    private static func cost(_ kind: Kind, _ length: Int) -> Int {
        switch kind {
        case .letters: 100 + (length > 7 ? (length - 7 + 4) / 5 * 100 : 0)
        case .digits: (length + 2) / 3 * 100
        case .spaces: length == 1 ? 0 : 100
        case .punctuation: max(100, length * 1000 / 22)
        case .hangul: max(100, length * 62)
        case .ideographs: length * 80
        case .other: length * 120
        }
    }
}

extension TokenEstimate {
    /// What the frame of one message costs beside its text.
    package static let perMessage = 4

    package static func tokens(in text: String) -> Int { tokens(in: text.utf8) }
}
