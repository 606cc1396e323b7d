import Retrieval

/// The passage of a text that answers a query best, to be shown beside the text.
package struct Quote: Sendable, Equatable {
    package let text: String
    /// The page that it stands on; nil where documents of its kind have none.
    package let page: Int?

    /// Characters of a quote at most.
    private static let maximumLength = 300

    /// The sentence or line of a chunk that shares most with the query; a long one is cut. The first one of equals, and the
    /// text's beginning when none shares anything.
    static func best(in chunk: TextChunk, for query: String) -> Quote {
        let text = chunk.text
        var wanted: Set<UInt64> = []
        forEachPart(in: query) { wanted.insert($0) }
        var best = (passage: text.prefix(0), score: 0.0)
        for passage in passages(of: text) {
            var (shared, count) = (Set<UInt64>(), 0)
            forEachPart(in: passage) { part in
                count += 1
                if wanted.contains(part) { shared.insert(part) }
            }
            // A short passage with all that is wanted is a better quote than a long one.
            let score = shared.reduce(0) { $0 + ($1.isWord ? 3 : 1) } - Double(count) / 1000
            if best.passage.isEmpty || score > best.score { best = (passage, score) }
        }
        let offset = text.utf8.distance(from: text.startIndex, to: best.passage.startIndex)
        return Quote(text: cut(best.passage), page: chunk.page(at: offset))
    }

    /// Sentences and lines, without spaces around them; empty ones left out.
    private static func passages(of text: String) -> [Substring] {
        let scalars = text.unicodeScalars
        var passages: [Substring] = []
        var start = scalars.startIndex
        var index = start
        func end(at end: String.Index) {
            let passage = Substring(scalars[start..<end]).trimmed
            if !passage.isEmpty { passages.append(passage) }
            start = end
        }
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            switch scalar {
            case "\n", "\r", "\u{2028}", "\u{2029}": end(at: index)
            case ".", "?", "!", "。":
                if index == scalars.endIndex || scalars[index].properties.isWhitespace { end(at: index) }
            default: break
            }
        }
        end(at: scalars.endIndex)
        return passages
    }

    /// The words, and the pairs of neighbouring characters within them, in lower case: the pairs compare words with their
    /// endings, of Korean too; the words tell 19999 from 19990. Each is one number, two scalars or what is made of all
    /// of them, as a search has hundreds of passages to look at.
    private static func forEachPart(in text: some StringProtocol, _ body: (UInt64) -> Void) {
        var previous: UInt32?
        var word: UInt64 = 0
        func endWord() {
            if previous != nil { body(word | UInt64.wordMark) }
            (previous, word) = (nil, 0)
        }
        for scalar in text.lowercased().unicodeScalars {
            guard scalar.isOfWord else {
                endWord()
                continue
            }
            if let previous { body(UInt64(previous) << 32 | UInt64(scalar.value)) }
            previous = scalar.value
            word = (word ^ UInt64(scalar.value)) &* 0x9E37_79B9_7F4A_7C15
            word ^= word >> 29
        }
        endWord()
    }

    private static func cut(_ passage: Substring) -> String {
        guard passage.count > maximumLength else { return String(passage) }
        return passage.prefix(maximumLength - 1) + "…"
    }
}

extension UInt64 {
    /// Set in what stands for a word; pairs of scalars have no bit so high.
    fileprivate static let wordMark: UInt64 = 1 << 63

    fileprivate var isWord: Bool { self & UInt64.wordMark != 0 }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return Substring() }
        return Substring(scalars[first...last])
    }
}

extension Unicode.Scalar {
    /// Whether it is a letter or a digit. Hangul is told without a look at the tables.
    fileprivate var isOfWord: Bool {
        switch value {
        case 0x30...0x39, 0x61...0x7A, 0x41...0x5A, 0xAC00...0xD7A3: true
        case 0..<0x80: false
        default: properties.isAlphabetic || properties.numericType != nil
        }
    }
}
