import Foundation

/// A text as the index for full-text search holds it.
///
/// `words` are the words in their order, in lower case and without accents. `parts` are for scripts whose words have no
/// ends that could be seen: Korean adds particles to a word and leaves out spaces at will, Chinese and Japanese have no
/// spaces. There, every two neighbouring syllables are a part, across a single space too (`환불 정책` has 환불, 불정 and 정책),
/// and there once more with the first word's particle left out (`환불의 정책` has 불정 as well).
struct SearchTerms {
    private(set) var words: [String] = []
    private(set) var parts: Set<String> = []

    /// - Parameter text: as people wrote it.
    init(of text: String) {
        var previous: SearchWord?
        for word in SearchWord.words(of: text) {
            guard let folded = word.folded else {
                previous = nil
                continue
            }
            words.append(folded)
            if word.script != .letters { addParts(of: word.syllables, after: word.followsSpace ? previous : nil) }
            previous = word.script == .hangul ? word : nil
        }
    }

    private mutating func addParts(of syllables: [Character], after previous: SearchWord?) {
        guard let first = syllables.first, let last = syllables.last else { return }
        for (left, right) in zip(syllables, syllables.dropFirst()) { parts.insert("\(left)\(right)") }
        // Found by a search for one syllable, which looks for parts that begin with it.
        parts.insert(String(last))
        guard let previous, let end = previous.syllables.last else { return }
        parts.insert("\(end)\(first)")
        let stem = KoreanParticles.stem(of: previous.syllables)
        if let stemEnd = stem.last, stem.count < previous.syllables.count { parts.insert("\(stemEnd)\(first)") }
    }
}
