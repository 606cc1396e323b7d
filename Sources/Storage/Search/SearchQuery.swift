/// What a caller looks for, as an expression of the index.
///
/// All words must be in one message, whatever their order and case. The last one may go on in the text, and so may one
/// with `*` behind it. Words in double quotes must follow each other. Korean words are found with any particle and
/// inside of longer ones, Chinese and Japanese ones anywhere. No text is an error; one without a word finds nothing.
package struct SearchQuery: Sendable, Equatable {
    /// Characters that are looked at; nobody types more.
    package static let maximumLength = 1000
    /// Terms at most, since each one costs a walk through the index.
    private static let maximumTerms = 64

    /// Nil when the text has no word.
    let expression: String?

    package init(_ text: String) {
        var terms: [String] = []
        var remaining = text.prefix(Self.maximumLength)
        while let open = remaining.firstIndex(of: "\"") {
            terms += Self.terms(of: remaining[..<open], isLast: false)
            let inside = remaining[remaining.index(after: open)...]
            let close = inside.firstIndex(of: "\"") ?? inside.endIndex
            terms += Self.phrase(inside[..<close])
            remaining = close < inside.endIndex ? inside[inside.index(after: close)...] : ""
        }
        terms += Self.terms(of: remaining, isLast: true)
        var seen: Set<String> = []
        let wanted = terms.filter { seen.insert($0).inserted }.prefix(Self.maximumTerms)
        expression = wanted.isEmpty ? nil : wanted.joined(separator: " AND ")
    }

    /// The terms that words on their own stand for.
    private static func terms(of text: Substring, isLast: Bool) -> [String] {
        var terms: [String] = []
        let chunks = text.split(whereSeparator: \.isWhitespace)
        for (index, chunk) in chunks.enumerated() {
            let mayGoOn = chunk.hasSuffix("*") || (isLast && index == chunks.count - 1)
            let words = SearchWord.words(of: String(chunk))
            for (place, word) in words.enumerated() {
                terms += self.terms(of: word, mayGoOn: mayGoOn && place == words.count - 1)
            }
        }
        return terms
    }

    private static func terms(of word: SearchWord, mayGoOn: Bool) -> [String] {
        let syllables = word.syllables
        switch word.script {
        case .letters:
            guard let folded = word.folded else { return [] }
            // All words with one and the same letter in front are too many to be of use.
            return [term("words", folded, isPrefix: mayGoOn && folded.unicodeScalars.count > 1)]
        case .hangul:
            if word.isAttached, KoreanParticles.isParticle(syllables) { return [] }
            return parts(Array(KoreanParticles.stem(of: syllables)))
        case .ideographs: return parts(syllables)
        }
    }

    private static func parts(_ syllables: [Character]) -> [String] {
        guard syllables.count > 1 else { return syllables.map { term("parts", String($0), isPrefix: true) } }
        return zip(syllables, syllables.dropFirst()).map { term("parts", "\($0)\($1)", isPrefix: false) }
    }

    /// What words in quotes stand for. Scripts without spaces have no words to follow each other.
    private static func phrase(_ text: Substring) -> [String] {
        let words = SearchWord.words(of: String(text))
        let folded = words.compactMap(\.folded)
        guard folded.count > 1, !words.contains(where: { $0.script == .ideographs }) else {
            return terms(of: text, isLast: false)
        }
        return [term("words", folded.joined(separator: " "), isPrefix: words.last?.script == .hangul)]
    }

    /// Words hold neither quotes nor spaces, so that nothing in them can be taken for the index's own language.
    private static func term(_ column: String, _ text: String, isPrefix: Bool) -> String {
        "\(column) : \"\(text)\"\(isPrefix ? " *" : "")"
    }
}
