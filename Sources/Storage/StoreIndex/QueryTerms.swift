/// The terms that a question is looked up with.
struct QueryTerms {
    struct Term {
        var text: String
        /// How much it counts beside its rarity: the pairs of a long Korean word say little more than a short word.
        var weight: Double
    }

    /// Characters of a question that are looked at.
    private static let maximumLength = 4000
    /// Terms at most, since each one costs a walk through the index.
    private static let maximumCount = 96

    private(set) var terms: [Term] = []
    private var places: [String: Int] = [:]

    init(_ question: String) {
        WordScanner.scan(String(question.prefix(Self.maximumLength)), into: &self)
    }

    private mutating func add(_ text: String, weight: Double) {
        if let place = places[text] {
            terms[place].weight = max(terms[place].weight, weight)
        } else if terms.count < Self.maximumCount {
            places[text] = terms.count
            terms.append(Term(text: text, weight: weight))
        }
    }

    private static func text(_ scalars: ArraySlice<UInt32>) -> String {
        String(String.UnicodeScalarView(scalars.compactMap(UnicodeScalar.init)))
    }
}

extension QueryTerms: WordReceiver {
    mutating func letters(_ word: UnsafeBufferPointer<UInt8>, parts: [Range<Int>]) {
        let weight = AskingWords.contains(word) ? AskingWords.weight : 1
        add(String(decoding: word, as: UTF8.self), weight: weight)
        for part in parts {
            let text = String(decoding: UnsafeBufferPointer(rebasing: word[part]), as: UTF8.self)
            add(text, weight: 0.5 / Double(parts.count))
        }
    }

    mutating func compound(_ words: UnsafeBufferPointer<UInt8>) {
        add(String(decoding: words, as: UTF8.self), weight: 1)
    }

    mutating func hangul(_ syllables: [UInt32], after previous: [UInt32]) {
        let asking = AskingWords.tail(of: syllables)
        let stem = KoreanParticles.stem(of: Array(syllables.dropLast(asking)))
        let weight = 1 / Double(max(1, stem.count - 1)).squareRoot()
        for index in stem.indices.dropLast() { add(Self.text(stem[index...index + 1]), weight: weight) }
        if stem.count == 1 { add(Self.text(stem), weight: asking > 0 ? 0.5 : 1) }
        if asking == 0, syllables.count == 2, KoreanParticles.isParticle([syllables[1]]) {
            add(Self.text(syllables[..<1]), weight: 0.5)
        }
        for index in syllables.indices.suffix(asking).dropLast() {
            add(Self.text(syllables[index...index + 1]), weight: AskingWords.weight)
        }
    }

    mutating func ideographs(_ characters: [UInt32]) {
        if characters.count == 1 { add(Self.text(characters[...]), weight: 1) }
        let weight = 1 / Double(max(1, characters.count - 1)).squareRoot()
        for index in characters.indices.dropLast() { add(Self.text(characters[index...index + 1]), weight: weight) }
    }
}
