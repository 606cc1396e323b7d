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
        let values = tags.indices.map { StoredValue(tag: tags[$0], word: words[$0], text: text.start) }
        var ranks = [UInt32](repeating: 0, count: values.count)
        var rank: UInt32 = 0
        var previous = StoredValue.null
        for code in values.indices.sorted(by: { StoredValue.order(values[$0], values[$1]) < 0 }) {
            if case .null = values[code] { continue }
            if rank == 0 || StoredValue.order(previous, values[code]) != 0 { rank += 1 }
            ranks[code] = rank
            previous = values[code]
        }
        let stored = ColumnLayout.Values(
            count: values.count,
            words: try file.append(words),
            ranks: try file.append(ranks),
            tags: try file.append(tags),
            text: try file.append(text.bytes)
        )
        return ColumnLayout(
            values: stored,
            highestRank: Int(rank),
            distinct: Int(rank),
            hasTexts: tags.contains(StoredValue.Tag.text),
            hasNumbers: tags.contains { $0 == StoredValue.Tag.integer || $0 == StoredValue.Tag.decimal },
            segments: segments
        )
    }
}
