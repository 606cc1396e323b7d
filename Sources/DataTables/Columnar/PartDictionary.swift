/// The values of a column that shares its rows' numbers with another one: what stands for each number, and in which order.
struct PartDictionary {
    private var tags: [UInt8] = [StoredValue.Tag.null]
    private var words: [UInt64] = [0]
    private let text = ByteHeap()

    /// Adds the value of the next number.
    mutating func add(_ tag: UInt8, _ word: UInt64) {
        tags.append(tag)
        words.append(word)
    }

    mutating func add(_ part: MomentPart, of day: Int) {
        let (tag, word) = part.value(ofDay: day, to: text)
        add(tag, word)
    }

    mutating func add(_ value: StoredValue) {
        let (tag, word) = value.written(to: text)
        add(tag, word)
    }

    func write(to file: AppendedFile, segments: [RowGroup.Segment]) throws -> ColumnLayout {
        let ranked = RankedValues(
            count: tags.count,
            value: { StoredValue(tag: tags[$0], word: words[$0], text: text.start) },
            times: { _ in 1 }
        )
        return ColumnLayout(
            values: try ColumnLayout.Values(writing: words, ranks: ranked.ranks, tags: tags, text: text, to: file),
            highestRank: ranked.counts.count,
            distinct: ranked.counts.count,
            hasTexts: tags.contains(StoredValue.Tag.text),
            hasNumbers: tags.contains { $0 == StoredValue.Tag.integer || $0 == StoredValue.Tag.decimal },
            segments: segments
        )
    }
}
