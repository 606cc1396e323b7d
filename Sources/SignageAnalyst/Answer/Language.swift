/// The language of an answer.
enum Language: Sendable, Equatable {
    case korean, english

    /// Korean when the text has any Hangul, unless it begins as an English sentence does: names in it may be Korean.
    init(of text: String) {
        let words = text.split { !$0.isLetter }
        let endsKorean = words.last.map { word in Self.koreanEndings.contains { word.hasSuffix($0) } } ?? false
        if let first = words.first, Self.englishBeginnings.contains(first.lowercased()), !endsKorean {
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
        "show", "compare", "give", "list", "tell", "find", "please",
    ]
    /// How requests and questions end.
    private static let koreanEndings = ["줘", "세요", "나요", "가요", "까요", "어요", "예요", "니까", "니다", "인가", "는지"]

    /// The wording for this language.
    func callAsFunction(_ korean: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
        self == .korean ? korean() : english()
    }
}
