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

    let script: Script
    /// Whether only spaces lie between this word and the one before it.
    let followsSpace: Bool
    /// Whether nothing lies between them.
    let isAttached: Bool
    private let text: Substring.UnicodeScalarView

    /// Characters of a word that count. What is longer is no word, such as an image in base 64.
    private static let maximumLength = 64

    /// The word as it is compared; nil when nothing is left of it.
    var folded: String? {
        let word = String(String.UnicodeScalarView(script == .ideographs ? text : text.prefix(Self.maximumLength)))
        guard script == .letters else { return String(word.unicodeScalars.prefix(Self.maximumLength)) }
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return word.lowercased() }
        let folded = word.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        // ASCII that separates words in the index must not come of it.
        let kept = folded.unicodeScalars.filter { !$0.isASCII || Self.script(of: $0) == .letters }
        return kept.isEmpty ? nil : String(String.UnicodeScalarView(kept))
    }

    var syllables: [Character] { text.map { Character($0) } }

    /// The words of a text in their order.
    static func words(of text: String) -> [SearchWord] {
        let scalars = composed(text).unicodeScalars
        var words: [SearchWord] = []
        var index = scalars.startIndex
        var (gap, gapIsSpace) = (0, true)
        while index < scalars.endIndex {
            guard let script = script(of: scalars[index]) else {
                gapIsSpace = gapIsSpace && scalars[index].properties.isWhitespace
                gap += 1
                index = scalars.index(after: index)
                continue
            }
            let start = index
            while index < scalars.endIndex, continues(script, with: scalars[index]) { scalars.formIndex(after: &index) }
            words.append(
                SearchWord(
                    script: script,
                    followsSpace: gap > 0 && gapIsSpace && !words.isEmpty,
                    isAttached: gap == 0 && !words.isEmpty,
                    text: scalars[start..<index]
                )
            )
            (gap, gapIsSpace) = (0, true)
        }
        return words
    }

    /// Some systems write a Korean syllable as its letters, and forms of full or half width: they are the same text.
    private static func composed(_ text: String) -> String {
        let isComposed = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x300...0x36F, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF, 0xF900...0xFAFF, 0xFF00...0xFFEF:
                false
            default: true
            }
        }
        return isComposed ? text : text.precomposedStringWithCompatibilityMapping
    }

    private static func continues(_ script: Script, with scalar: Unicode.Scalar) -> Bool {
        Self.script(of: scalar) == script
    }

    /// Nil for what separates words.
    private static func script(of scalar: Unicode.Scalar) -> Script? {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: return .letters
        case 0..<0xAA: return nil
        case 0xAC00...0xD7A3, 0x3131...0x318E: return .hangul
        case 0x3005...0x3007, 0x3041...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x3FFFF:
            return scalar.value == 0x30FB ? nil : .ideographs
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
