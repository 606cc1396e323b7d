/// The particles that Korean puts behind a noun (`정책을`, `서울에서는`).
enum KoreanParticles {
    /// A word without its particle. At least two syllables stay: `회의` is a meeting, not 회 with a particle.
    static func stem(of word: [UInt32]) -> ArraySlice<UInt32> {
        for length in stride(from: min(longest, word.count - 2), to: 0, by: -1)
        where codes.contains(code(of: word.suffix(length))) {
            return word.dropLast(length)
        }
        return word[...]
    }

    /// Whether a word, such as the one behind the letters of `API를`, is nothing but a particle.
    static func isParticle(_ word: [UInt32]) -> Bool { word.count <= longest && codes.contains(code(of: word[...])) }

    /// Up to four syllables as one number; none of theirs has more than sixteen bits.
    private static func code(of syllables: ArraySlice<UInt32>) -> UInt64 {
        syllables.reduce(0) { $0 << 16 | UInt64($1 & 0xFFFF) }
    }

    private static let codes = Set(all.map { word in code(of: word.unicodeScalars.map(\.value)[...]) })

    private static let longest = 4

    private static let all: [String] = [
        "은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "로", "랑", "나", "요", "께", "야",
        "에서", "에게", "한테", "께서", "으로", "로서", "로써", "하고", "이랑", "까지", "부터", "마다", "조차", "마저",
        "밖에", "처럼", "보다", "만큼", "대로", "이나", "이란", "라는", "이며", "이고", "이다", "에는", "에도", "로는",
        "로도", "와는", "과는", "들은", "들이", "들을", "들의", "들도", "들에", "인가", "인지", "이요", "예요", "에요",
        "에서는", "에서도", "에게는", "에게서", "한테서", "으로는", "으로도", "으로서", "으로써", "까지는", "까지도",
        "부터는", "이라는", "이라도", "입니다", "인가요", "이에요", "들에게", "들에서", "들까지", "입니까",
    ]
}
