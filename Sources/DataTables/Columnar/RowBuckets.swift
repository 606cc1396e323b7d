/// The rows of a column by the hash of their values: those that may have a value are found without looking at all.
///
/// A bucket may have rows of other values too, which whoever asks leaves out.
final class RowBuckets {
    /// The first row of each bucket and, of each row, the next one, plus one; 0 at the end.
    private let first: UnsafeMutablePointer<UInt32>
    private let next: UnsafeMutablePointer<UInt32>
    private let mask: Int

    init(_ column: ColumnTable.Column, rows: Int) {
        var size = 16
        while size < 2 * column.distinct { size *= 2 }
        mask = size - 1
        first = .allocate(capacity: size)
        first.initialize(repeating: 0, count: size)
        next = .allocate(capacity: max(1, rows))
        let ofCode = (0..<column.count).map { code in
            let value = StoredValue(tag: column.tags[code], word: column.words[code], text: column.text)
            return Int(truncatingIfNeeded: value.hash) & (size - 1)
        }
        // From the last to the first, so that each bucket's rows come in their order.
        for row in stride(from: rows - 1, through: 0, by: -1) {
            let bucket =
                column.isCoded
                ? ofCode[column.code(row)] : Int(truncatingIfNeeded: column.value(row).hash) & (size - 1)
            next[row] = first[bucket]
            first[bucket] = UInt32(row + 1)
        }
    }

    deinit {
        first.deallocate()
        next.deallocate()
    }

    func rows(hash: UInt64) -> [UInt32] {
        var rows: [UInt32] = []
        var row = first[Int(truncatingIfNeeded: hash) & mask]
        while row != 0 {
            rows.append(row - 1)
            row = next[Int(row - 1)]
        }
        return rows
    }
}
