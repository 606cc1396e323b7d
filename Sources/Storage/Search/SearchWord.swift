import Foundation

/// A run of characters of one script in a text.
struct SearchWord {
    enum Script {
        /// Letters of scripts that end words with spaces, digits and `_`.
        case letters
        case hangul
        /// Chinese characters and Japanese kana.
        case ideographs
    }

    var script: Script
    var scalars: [UInt32] = []
    var isASCII = true
    /// Whether only spaces lie between this word and the one before it.
    var followsSpace = false
    /// Whether nothing lies between them.
    var isAttached = false

    /// Characters of a word that count. What is longer is no word, such as an image in base 64.
    private static let maximumLength = 64

    /// The word as it is compared, in UTF-8; empty when nothing is left of it.
    var folded: [UInt8] {
        var bytes: [UInt8] = []
        write(foldedTo: &bytes)
        return bytes
    }

    func write(foldedTo bytes: inout [UInt8]) {
        let counted = scalars.prefix(Self.maximumLength)
        if isASCII {
            for scalar in counted {
                let byte = UInt8(truncatingIfNeeded: scalar)
                bytes.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
            }
        } else if script != .letters {
            for scalar in counted { bytes.append(utf8Of: scalar) }
        } else {
            let text = String(String.UnicodeScalarView(counted.compactMap(UnicodeScalar.init)))
                .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
            // ASCII that separates words in the index must not come of it.
            bytes.append(contentsOf: text.utf8.filter { $0 >= 0x80 || Self.script(ofASCII: $0) != nil })
        }
    }

    /// The words of a text in ASCII, as they are compared: in `folded`, one behind the other, and where each of them is.
    static func appendFolded(
        _ text: UnsafeBufferPointer<UInt8>,
        to folded: inout [UInt8],
        _ words: inout [Range<Int>]
    ) {
        var start = 0
        while start < text.count {
            guard script(ofASCII: text[start]) != nil else {
                start += 1
                continue
            }
            var end = start + 1
            while end < text.count, script(ofASCII: text[end]) != nil { end += 1 }
            let place = folded.count
            for byte in text[start..<min(end, start + maximumLength)] {
                folded.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
            }
            words.append(place..<folded.count)
            start = end
        }
    }

    /// Calls `body` with each word of a text, in their order.
    static func forEach(in text: String, _ body: (borrowing SearchWord) -> Void) {
        var word = SearchWord(script: .letters)
        var isFirst = true
        var (gap, gapIsSpace) = (0, true)
        for scalar in composed(text).unicodeScalars {
            let value = scalar.value
            let script = value < 0x80 ? script(ofASCII: UInt8(value)) : script(beyondASCII: scalar)
            if !word.scalars.isEmpty, script != word.script {
                body(word)
                isFirst = false
                (gap, gapIsSpace) = (0, true)
                word.scalars.removeAll(keepingCapacity: true)
            }
            guard let script else {
                gap += 1
                gapIsSpace = gapIsSpace && isSpace(scalar)
                continue
            }
            if word.scalars.isEmpty {
                word.script = script
                word.isASCII = true
                word.followsSpace = !isFirst && gap > 0 && gapIsSpace
                word.isAttached = !isFirst && gap == 0
            }
            word.isASCII = word.isASCII && value < 0x80
            word.scalars.append(value)
        }
        if !word.scalars.isEmpty { body(word) }
    }

    private static func isSpace(_ scalar: UnicodeScalar) -> Bool {
        scalar.value < 0x80 ? scalar.value == 0x20 || 0x09...0x0D ~= scalar.value : scalar.properties.isWhitespace
    }

    /// Some systems write a Korean syllable as its letters, and forms of full or half width: they are the same text.
    private static func composed(_ text: String) -> String {
        var needsComposing = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x300, 0xAC00...0xD7A3: continue
            case 0x300...0x36F, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF, 0xF900...0xFAFF, 0xFF00...0xFFEF:
                needsComposing = true
            default: continue
            }
            if needsComposing { break }
        }
        return needsComposing ? text.precomposedStringWithCompatibilityMapping : text
    }

    /// Nil for what separates words.
    private static func script(ofASCII byte: UInt8) -> Script? {
        let isWord = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
        return isWord || byte == UInt8(ascii: "_") ? .letters : nil
    }

    private static func script(beyondASCII scalar: UnicodeScalar) -> Script? {
        switch scalar.value {
        case 0xAC00...0xD7A3, 0x3131...0x318E: return .hangul
        case 0x3005...0x3007, 0x3041...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0x20000...0x3FFFF:
            return .ideographs
        // What the index itself marks things with.
        case 0xE000...0xF8FF: return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            return .letters
        default: return nil
        }
    }
}

extension [UInt8] {
    /// Appends a character of a text.
    mutating func append(utf8Of scalar: UInt32) {
        switch scalar {
        case 0..<0x80: append(UInt8(scalar))
        case 0x80..<0x800:
            append(UInt8(0xC0 | scalar >> 6))
            append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(0xE0 | scalar >> 12))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        default:
            append(UInt8(0xF0 | scalar >> 18))
            append(UInt8(0x80 | scalar >> 12 & 0x3F))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
