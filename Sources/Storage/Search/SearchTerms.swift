/// A text as the index for full-text search holds it.
///
/// Words are held in lower case and without accents. Scripts whose words have no ends that could be seen are held in
/// parts: Korean adds particles to a word and leaves out spaces at will, Chinese and Japanese have no spaces. There, every
/// two neighbouring syllables are a part, across a space too (`환불 정책` has 환불, 불정 and 정책), and there once more with
/// the first word's particle left out (`환불의 정책` has 불정 as well).
struct SearchTerms {
    /// By which rules terms are found. To be raised whenever a text gets other terms than before: the index is then filled anew
    /// (`SearchRepository.adoptRules`).
    static let rules = 1

    /// One or two syllables.
    struct Part: Equatable, Comparable {
        private let code: UInt64

        init(_ first: UInt32, _ second: UInt32 = 0) { code = UInt64(first) << 32 | UInt64(second) }

        static func < (left: Part, right: Part) -> Bool { left.code < right.code }

        func write(to bytes: inout [UInt8]) {
            bytes.append(utf8Of: UInt32(code >> 32))
            let second = UInt32(truncatingIfNeeded: code)
            if second != 0 { bytes.append(utf8Of: second) }
        }
    }

    /// The words, one behind the other, and where each of them is.
    private var letters: [UInt8] = []
    private var words: [Range<Int>] = []
    private var parts: [Part] = []

    /// - Parameter text: as people wrote it.
    init(of text: String) {
        if appendASCII(text) { return }
        // The Korean word before the current one.
        var previous: [UInt32] = []
        SearchWord.forEach(in: text) { word in
            if word.script == .letters {
                let start = letters.count
                word.write(foldedTo: &letters)
                words.append(start..<letters.count)
            } else {
                addParts(of: word.scalars, after: word.followsSpace ? previous : [])
            }
            previous = word.script == .hangul ? word.scalars : []
        }
    }

    /// The same for a text in ASCII, the cheap case. Returns false, and does nothing, for any other.
    private mutating func appendASCII(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
            letters.reserveCapacity(bytes.count)
            SearchWord.appendFolded(bytes, to: &letters, &words)
            return true
        } ?? false
    }

    /// Writes the terms in UTF-8, with a space behind each: every one once, always in the same order, as what leaves the
    /// index is named as it came.
    mutating func write(to bytes: inout [UInt8]) {
        parts.sort()
        letters.withUnsafeBytes { letters in
            let sorted = words.map { UnsafeRawBufferPointer(rebasing: letters[$0]) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            for (index, word) in sorted.enumerated() where index == 0 || !sorted[index - 1].elementsEqual(word) {
                bytes.append(contentsOf: word)
                bytes.append(UInt8(ascii: " "))
            }
        }
        for (index, part) in parts.enumerated() where index == 0 || parts[index - 1] != part {
            part.write(to: &bytes)
            bytes.append(UInt8(ascii: " "))
        }
    }

    private mutating func addParts(of syllables: [UInt32], after previous: [UInt32]) {
        for index in syllables.indices.dropLast() { parts.append(Part(syllables[index], syllables[index + 1])) }
        // Found by a search for one syllable, which looks for parts that begin with it.
        if let last = syllables.last { parts.append(Part(last)) }
        guard let first = syllables.first, let end = previous.last else { return }
        parts.append(Part(end, first))
        let stem = KoreanParticles.stem(of: previous)
        if let stemEnd = stem.last, stem.count < previous.count { parts.append(Part(stemEnd, first)) }
    }
}
