/// Text in which few words are frequent and many are rare, as in real ones, half English and half Korean in form.
struct SyntheticText {
    private var numbers: Numbers
    private let english: [String]
    private let korean: [String]

    private static let vocabulary = 20_000
    private static let particles = ["을", "를", "이", "가", "은", "는", "의", "에", "에서", "으로", "과", "도", ""]

    init(seed: UInt64) {
        numbers = Numbers(seed: seed)
        var words = Numbers(seed: 11)
        english = (0..<Self.vocabulary).map { rank in
            Self.englishWord(&words, length: 2 + rank % 9 + (rank > 200 ? 2 : 0))
        }
        // Syllables are of few hundreds, as in Korean: pairs of them are met again in other words.
        korean = (0..<Self.vocabulary).map { rank in Self.koreanWord(&words, syllables: rank < 100 ? 2 : 2 + rank % 3) }
    }

    private static func englishWord(_ numbers: inout Numbers, length: Int) -> String {
        String(String.UnicodeScalarView((0..<length).map { _ in UnicodeScalar(UInt8(97 + numbers.next() % 26)) }))
    }

    private static func koreanWord(_ numbers: inout Numbers, syllables: Int) -> String {
        let scalars = (0..<syllables).compactMap { _ in
            UnicodeScalar(0xAC00 + UInt32(pow4(numbers.unit()) * 400) * 27)
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func pow4(_ value: Double) -> Double { value * value * value * value }

    /// A word's rank by Zipf's law.
    private mutating func rank() -> Int {
        let u = numbers.unit()
        // The inverse of ln(rank) / ln(vocabulary).
        var value = 1.0
        var power = u * 14.2877
        while power >= 1 {
            value *= 2
            power -= 1
        }
        return min(Self.vocabulary - 1, Int(value * (1 + power)) - 1)
    }

    /// Paragraphs of about `bytes` in all, of one language.
    mutating func document(bytes: Int, inKorean: Bool) -> String {
        var text = ""
        text.reserveCapacity(bytes + 200)
        var words = 0
        while text.utf8.count < bytes {
            text += inKorean ? korean[rank()] + Self.particles[Int(numbers.next() % 13)] : english[rank()]
            words += 1
            text += words % 90 == 0 ? ".\n\n" : words % 14 == 0 ? ". " : " "
        }
        return text
    }

    /// A question of some words, neither the most frequent nor the rarest.
    mutating func question(inKorean: Bool) -> String {
        (0..<8).map { _ in
            let rank = 5 + Int(numbers.unit() * numbers.unit() * 4000)
            return inKorean ? korean[rank] + Self.particles[Int(numbers.next() % 13)] : english[rank]
        }.joined(separator: " ")
    }
}
