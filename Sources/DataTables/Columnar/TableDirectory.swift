/// The end of a table's file: how many rows there are, and where the columns are.
struct TableDirectory {
    let base: UnsafeRawPointer
    let rows: Int
    /// The words of the columns' layouts, one behind the other.
    let columns: UnsafePointer<UInt64>
    let count: Int

    private static let mark: UInt64 = 0x3153_4E4D_554C_4F43  // "COLUMNS1"

    static func write(rows: Int, columns: [ColumnLayout], to file: AppendedFile) throws {
        let words = [UInt64(rows), UInt64(columns.count)] + columns.flatMap(\.words)
        let start = try file.append(words)
        try file.append([UInt64(start), mark])
    }

    /// Nil when the bytes are no such file.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 32, let base = bytes.baseAddress else { return nil }
        let last = base + (bytes.count - 16)
        let start = Int(truncatingIfNeeded: last.load(as: UInt64.self))
        let isMarked = last.load(fromByteOffset: 8, as: UInt64.self) == Self.mark
        guard isMarked, start >= 0, start + 32 <= bytes.count else { return nil }
        let words = (base + start).assumingMemoryBound(to: UInt64.self)
        self.base = base
        rows = Int(words[0])
        count = Int(words[1])
        columns = words + 2
    }
}
