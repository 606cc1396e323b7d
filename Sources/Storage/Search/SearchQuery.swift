/// What a caller looks for.
///
/// All words must be in one message, whatever their order and case. The last one may go on in the text, and so may one
/// with `*` behind it. Words in double quotes must follow each other. Korean words are found with any particle and
/// inside of longer ones, Chinese and Japanese ones anywhere. No text is an error; one without a word finds nothing.
package struct SearchQuery: Sendable, Equatable {
    /// Characters that are looked at; nobody types more.
    package static let maximumLength = 1000
    /// Terms at most, since each one costs a walk through the index.
    private static let maximumTerms = 64

    /// What the index is asked; nil when the text has no word.
    let expression: String?
    /// Folded words that must follow each other, which the index cannot tell.
    private var phrases: [[[UInt8]]] = []

    package init(_ text: String) {
        var terms: [String] = []
        let pieces = text.prefix(Self.maximumLength).split(separator: "\"", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            let isQuoted = !index.isMultiple(of: 2)
            terms += Self.terms(of: piece, lastMayGoOn: !isQuoted && index == pieces.count - 1)
            guard isQuoted else { continue }
            let words = Self.words(of: piece).map(\.folded).filter { !$0.isEmpty }
            if words.count > 1 { phrases.append(words) }
        }
        var seen: Set<String> = []
        let wanted = terms.filter { seen.insert($0).inserted }.prefix(Self.maximumTerms)
        expression = wanted.isEmpty ? nil : wanted.joined(separator: " AND ")
    }

    /// Whether the index alone cannot tell if a message is meant.
    var hasPhrases: Bool { !phrases.isEmpty }

    /// Whether the quoted words follow each other in a text. The last one of them may go on, as Korean ones do.
    func findsPhrases(in text: String) -> Bool {
        let words = Self.words(of: text[...]).map(\.folded)
        return phrases.allSatisfy { phrase in
            guard words.count >= phrase.count else { return false }
            return (0...(words.count - phrase.count)).contains { start in
                let candidate = words[start..<(start + phrase.count)]
                guard let last = candidate.last, let wanted = phrase.last else { return false }
                return last.starts(with: wanted) && candidate.dropLast().elementsEqual(phrase.dropLast())
            }
        }
    }

    /// The terms that words on their own stand for.
    private static func terms(of text: Substring, lastMayGoOn: Bool) -> [String] {
        let chunks = text.split(whereSeparator: \.isWhitespace)
        return chunks.enumerated().flatMap { index, chunk in
            let mayGoOn = chunk.hasSuffix("*") || (lastMayGoOn && index == chunks.count - 1)
            let words = words(of: chunk)
            return words.enumerated().flatMap { place, word in
                terms(of: word, mayGoOn: mayGoOn && place == words.count - 1)
            }
        }
    }

    private static func terms(of word: SearchWord, mayGoOn: Bool) -> [String] {
        switch word.script {
        case .letters:
            let folded = word.folded
            guard !folded.isEmpty else { return [] }
            // All words with one and the same letter in front are too many to be of use.
            return [term(folded, isPrefix: mayGoOn && word.scalars.count > 1)]
        case .hangul:
            if word.isAttached, KoreanParticles.isParticle(word.scalars) { return [] }
            return parts(Array(KoreanParticles.stem(of: word.scalars)))
        case .ideographs: return parts(word.scalars)
        }
    }

    private static func parts(_ syllables: [UInt32]) -> [String] {
        let pairs = zip(syllables, syllables.dropFirst()).map { SearchTerms.Part($0, $1) }
        let wanted = syllables.count > 1 ? pairs : syllables.map { SearchTerms.Part($0) }
        return wanted.map { part in
            var bytes: [UInt8] = []
            part.write(to: &bytes)
            return term(bytes, isPrefix: syllables.count == 1)
        }
    }

    private static func words(of text: Substring) -> [SearchWord] {
        var words: [SearchWord] = []
        SearchWord.forEach(in: String(text)) { words.append(copy $0) }
        return words
    }

    /// Words hold neither quotes nor spaces, so that nothing in them can be taken for the index's own language.
    private static func term(_ text: [UInt8], isPrefix: Bool) -> String {
        "\"\(String(decoding: text, as: UTF8.self))\"\(isPrefix ? " *" : "")"
    }
}
