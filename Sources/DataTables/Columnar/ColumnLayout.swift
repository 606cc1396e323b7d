/// Where one column is in its table's file.
struct ColumnLayout {
    /// Where the values of a dictionary are, each in an array of its own.
    struct Values {
        var count: Int
        var words: Int
        var ranks: Int
        var tags: Int
        /// What the places of texts are counted from.
        var text: Int

        init(
            writing words: [UInt64],
            ranks: [UInt32],
            tags: [UInt8],
            text: ByteHeap,
            to file: AppendedFile
        ) throws {
            count = words.count
            self.words = try file.append(words)
            self.ranks = try file.append(ranks)
            self.tags = try file.append(tags)
            self.text = try file.append(text.bytes)
        }
    }

    var values: Values
    /// The highest rank of the dictionary.
    var highestRank: Int
    /// Different values, perhaps by estimate.
    var distinct: Int
    /// Whether any value is a text, and any a number.
    var hasTexts: Bool
    var hasNumbers: Bool
    var segments: [RowGroup.Segment]

    /// As words of 64 bits.
    var words: [UInt64] {
        let head = [
            values.count, values.words, values.ranks, values.tags, values.text, highestRank, distinct,
            (hasTexts ? 1 : 0) | (hasNumbers ? 2 : 0),
        ]
        return head.map { UInt64($0) }
            + segments.flatMap { [$0.form, UInt64($0.offset), UInt64($0.tags), UInt64($0.text)] }
    }

    /// How many words come before the segments.
    static let headWords = 8
}
