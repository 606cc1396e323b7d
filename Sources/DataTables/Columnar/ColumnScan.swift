/// Where a cursor stands among the rows of a table. It owns memory, which `free` gives back.
struct ColumnScan {
    private(set) var row = 0
    private var position = 0
    private let count: Int
    /// The rows in their order; nil for all as they are.
    private let chosen: UnsafeMutablePointer<UInt32>?

    init(all table: ColumnTable) {
        count = table.rows
        chosen = nil
    }

    init(_ rows: [UInt32]) {
        count = rows.count
        let copy = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, rows.count))
        rows.withUnsafeBufferPointer {
            if let start = $0.baseAddress { copy.initialize(from: start, count: rows.count) }
        }
        chosen = copy
        if let first = rows.first { row = Int(first) }
    }

    func free() { chosen?.deallocate() }

    var isAtEnd: Bool { position >= count }

    mutating func advance() {
        position += 1
        if let chosen { row = position < count ? Int(chosen[position]) : 0 } else { row = position }
    }
}
