/// The language of an answer.
enum Language: Sendable, Equatable {
    case korean, english

    /// Korean when the text has any Hangul.
    init(of text: String) {
        let isHangul = text.unicodeScalars.contains { scalar in
            0xAC00...0xD7A3 ~= scalar.value || 0x1100...0x11FF ~= scalar.value || 0x3130...0x318F ~= scalar.value
        }
        self = isHangul ? .korean : .english
    }

    /// The wording for this language.
    func callAsFunction(_ korean: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
        self == .korean ? korean() : english()
    }
}
