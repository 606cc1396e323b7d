/// Finds the passage of a text that answers a query best, to be shown beside the text.
enum Quote {
    /// Characters of a quote at most.
    private static let maximumLength = 300

    /// The sentence or line of `text` that shares most with the query; a long one is cut. The first one of equals, and the
    /// text's beginning when none shares anything.
    static func best(in text: String, for query: String) -> String {
        let wanted = pairs(in: query)
        var best = (passage: Substring(), score: 0.0)
        for passage in passages(of: text) {
            let found = pairs(in: passage)
            let shared = Double(wanted.intersection(found).count)
            // A short passage with all that is wanted is a better quote than a long one.
            let score = shared - Double(found.count) / 1000
            if best.passage.isEmpty || score > best.score { best = (passage, score) }
        }
        return cut(best.passage)
    }

    /// Sentences and lines, without spaces around them; empty ones left out.
    private static func passages(of text: String) -> [Substring] {
        var passages: [Substring] = []
        var start = text.startIndex
        var index = start
        func end(at end: String.Index) {
            let passage = text[start..<end].trimmed
            if !passage.isEmpty { passages.append(passage) }
            start = end
        }
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            let endsSentence = character == "." || character == "?" || character == "!" || character == "。"
            if character.isNewline || endsSentence && (index == text.endIndex || text[index].isWhitespace) {
                end(at: index)
            }
        }
        end(at: text.endIndex)
        return passages
    }

    /// The pairs of neighbouring characters within words, in lower case: they compare words with their endings, of Korean
    /// too.
    private static func pairs(in text: some StringProtocol) -> Set<String> {
        var pairs: Set<String> = []
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            var previous: Character?
            for character in word {
                if let previous { pairs.insert(String([previous, character])) }
                previous = character
            }
        }
        return pairs
    }

    private static func cut(_ passage: Substring) -> String {
        guard passage.count > maximumLength else { return String(passage) }
        return passage.prefix(maximumLength - 1) + "…"
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return Substring() }
        return self[first...last]
    }
}
