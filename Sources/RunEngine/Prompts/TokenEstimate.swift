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
        var state = Run()
        var scalar: UInt32 = 0
        var pending = 0
        for byte in text {
            if pending > 0 {
                scalar = scalar << 6 | UInt32(byte & 0x3F)
                pending -= 1
                if pending == 0 { state.take(scalar) }
            } else if byte < 0x80 {
                state.take(ascii: byte)
            } else if byte >= 0xF0 {
                (scalar, pending) = (UInt32(byte & 0x07), 3)
            } else if byte >= 0xE0 {
                (scalar, pending) = (UInt32(byte & 0x0F), 2)
            } else {
                (scalar, pending) = (UInt32(byte & 0x1F), 1)
            }
        }
        return state.total()
    }

    private enum Kind { case none, letters, digits, punctuation, spaces, hangul, ideographs, other }

    /// The characters of one class that follow one another, and what came before them.
    private struct Run {
        private var kind = Kind.none
        private var length = 0
        private var hundredths = 0

        mutating func take(ascii byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): extend(.letters)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): extend(.digits)
            case 0x20, 0x09, 0x0A, 0x0D: extend(.spaces)
            default: extend(.punctuation)
            }
        }

        mutating func take(_ scalar: UInt32) {
            switch scalar {
            case 0xAC00...0xD7A3, 0x1100...0x11FF, 0x3130...0x318F: extend(.hangul)
            case 0x3040...0x30FF, 0x3400...0x9FFF, 0x20000...0x3FFFF: extend(.ideographs)
            case 0x80...0x24F: extend(.letters)
            default: extend(.other)
            }
        }

        private mutating func extend(_ next: Kind) {
            if next != kind {
                close()
                kind = next
                length = 0
            }
            length += 1
        }

        private mutating func close() {
            switch kind {
            case .none: break
            case .letters: hundredths += 100 + (length > 7 ? (length - 7 + 4) / 5 * 100 : 0)
            case .digits: hundredths += (length + 2) / 3 * 100
            case .spaces: hundredths += length == 1 ? 0 : 100
            case .punctuation: hundredths += max(100, length * 100 * 10 / 22)
            case .hangul: hundredths += max(100, length * 62)
            case .ideographs: hundredths += length * 80
            case .other: hundredths += length * 120
            }
        }

        mutating func total() -> Int {
            close()
            kind = .none
            return (hundredths + 99) / 100
        }
    }
}

extension TokenEstimate {
    /// What the frame of one message costs beside its text.
    package static let perMessage = 4

    package static func tokens(in text: String) -> Int { tokens(in: text.utf8) }
}
