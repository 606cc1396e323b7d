/// The language of an answer.
enum Language: Sendable, Equatable {
    case korean, english

    /// Korean when the text has any Hangul, unless it begins as an English sentence does: names in it may be Korean.
    init(of text: String) {
        let first = text.drop { !$0.isLetter }.prefix { $0.isASCII && $0.isLetter }.lowercased()
        if Self.englishBeginnings.contains(first) {
            self = .english
            return
        }
        let isHangul = text.unicodeScalars.contains { scalar in
            0xAC00...0xD7A3 ~= scalar.value || 0x1100...0x11FF ~= scalar.value || 0x3130...0x318F ~= scalar.value
        }
        self = isHangul ? .korean : .english
    }

    private static let englishBeginnings: Set<String> = [
        "how", "what", "which", "who", "when", "where", "why", "is", "are", "was", "were", "do", "does", "did", "can",
        "could",
        "show", "compare", "give", "list", "tell", "find", "please", "the", "and", "views", "clicks",
    ]

    /// The wording for this language.
    func callAsFunction(_ korean: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
        self == .korean ? korean() : english()
    }
}
