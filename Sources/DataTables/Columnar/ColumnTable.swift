/// A finished table in its file, mapped into memory: its values by column and row, without a copy.
final class ColumnTable {
    let rows: Int
    let columns: UnsafeBufferPointer<Column>
    private let files: [MappedFile]
    private let store: UnsafeMutableBufferPointer<Column>
    private var buckets: [Int: RowBuckets] = [:]

    /// - Parameter paths: The table's own file, and those of columns that were added to it.
    init(paths: [String]) throws(SQLiteError) {
        var files: [MappedFile] = []
        var directories: [TableDirectory] = []
        for path in paths {
            guard let file = MappedFile(path: path), let directory = TableDirectory(file.bytes) else {
                throw SQLiteError(code: 0, message: "a table's file cannot be read")
            }
            files.append(file)
            directories.append(directory)
        }
        self.files = files
        rows = directories.first?.rows ?? 0
        store = .allocate(capacity: directories.reduce(0) { $0 + $1.count })
        let groups = (rows + RowGroup.mask) >> RowGroup.bits
        var index = 0
        for directory in directories {
            var words = directory.columns
            for _ in 0..<directory.count {
                let column = Column(words, values: directory.base, rows: directories[0].base, groups: groups)
                store.initializeElement(at: index, to: column)
                words += ColumnLayout.headWords + RowGroup.Segment.words * groups
                index += 1
            }
        }
        columns = UnsafeBufferPointer(store)
    }

    deinit { store.deallocate() }

    /// The rows of each value of a column, found once and kept.
    func buckets(of column: Int) -> RowBuckets {
        if let known = buckets[column] { return known }
        let made = RowBuckets(columns[column], rows: rows)
        buckets[column] = made
        return made
    }

    /// One column. Pointers into the table's files, which must outlive it.
    struct Column {
        private let base: UnsafeRawPointer
        let words: UnsafePointer<UInt64>
        let ranks: UnsafePointer<UInt32>
        let tags: UnsafePointer<UInt8>
        let text: UnsafeRawPointer
        let count: Int
        let highestRank: Int
        let distinct: Int
        let hasTexts: Bool
        let hasNumbers: Bool
        /// What `RowGroup.Segment` says, of each group.
        private let segments: UnsafePointer<UInt64>
        private let groups: Int
        /// Whether all rows have numbers of the dictionary, or are null.
        let isCoded: Bool

        /// - Parameters:
        ///   - values: The beginning of the file that the dictionary is in.
        ///   - rows: That of the file that the rows are in.
        init(_ head: UnsafePointer<UInt64>, values: UnsafeRawPointer, rows: UnsafeRawPointer, groups: Int) {
            base = rows
            count = Int(head[0])
            words = (values + Int(head[1])).assumingMemoryBound(to: UInt64.self)
            ranks = (values + Int(head[2])).assumingMemoryBound(to: UInt32.self)
            tags = (values + Int(head[3])).assumingMemoryBound(to: UInt8.self)
            text = values + Int(head[4])
            highestRank = Int(head[5])
            distinct = Int(head[6])
            hasTexts = head[7] & 1 != 0
            hasNumbers = head[7] & 2 != 0
            let segments = head + ColumnLayout.headWords
            self.segments = segments
            self.groups = groups
            isCoded = (0..<groups).allSatisfy { segments[RowGroup.Segment.words * $0] != RowGroup.Form.plain }
        }

        func value(ofCode code: Int) -> StoredValue { StoredValue(tag: tags[code], word: words[code], text: text) }

        func value(_ row: Int) -> StoredValue {
            let segment = segments + RowGroup.Segment.words * (row >> RowGroup.bits)
            let place = base + Int(segment[1])
            let index = row & RowGroup.mask
            switch segment[0] {
            case RowGroup.Form.codes:
                let code = Int(place.load(fromByteOffset: 2 * index, as: UInt16.self))
                return StoredValue(tag: tags[code], word: words[code], text: text)
            case RowGroup.Form.plain:
                let tag = (base + Int(segment[2])).load(fromByteOffset: index, as: UInt8.self)
                let word = place.load(fromByteOffset: 8 * index, as: UInt64.self)
                return StoredValue(tag: tag, word: word, text: base + Int(segment[3]))
            default: return .null
            }
        }

        var allSegments: [RowGroup.Segment] {
            (0..<groups).map { group in
                let words = segments + RowGroup.Segment.words * group
                return RowGroup.Segment(
                    form: words[0],
                    offset: Int(words[1]),
                    tags: Int(words[2]),
                    text: Int(words[3])
                )
            }
        }

        /// The number of a row's value; of a coded column only.
        func code(_ row: Int) -> Int {
            let segment = segments + RowGroup.Segment.words * (row >> RowGroup.bits)
            guard segment[0] == RowGroup.Form.codes else { return 0 }
            return Int((base + Int(segment[1])).load(fromByteOffset: 2 * (row & RowGroup.mask), as: UInt16.self))
        }
    }
}
