/// The values of one column in the group of rows that is being gathered, each for itself.
final class PlainBuffer {
    private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: RowGroup.rows)
    private let tags = UnsafeMutablePointer<UInt8>.allocate(capacity: RowGroup.rows)
    private let text = ByteHeap(capacity: 1 << 16)

    init() {
        words.initialize(repeating: 0, count: RowGroup.rows)
        tags.initialize(repeating: StoredValue.Tag.null, count: RowGroup.rows)
    }

    deinit {
        words.deallocate()
        tags.deallocate()
    }

    func put(_ value: StoredValue, at row: Int) {
        let (tag, word) = value.written(to: text)
        tags[row] = tag
        words[row] = word
    }

    /// Makes all of them null.
    func clear() {
        tags.initialize(repeating: StoredValue.Tag.null, count: RowGroup.rows)
        text.removeAll()
    }

    func write(rows: Int, to file: AppendedFile) throws -> RowGroup.Segment {
        let place = try file.append(text.bytes)
        return RowGroup.Segment(
            form: RowGroup.Form.plain,
            offset: try file.append(UnsafeRawBufferPointer(start: words, count: 8 * rows)),
            tags: try file.append(UnsafeRawBufferPointer(start: tags, count: rows)),
            text: place
        )
    }
}
