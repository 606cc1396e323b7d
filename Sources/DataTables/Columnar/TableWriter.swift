/// Writes the rows of one table into a file of its own, each cell as its column's kind wants it.
struct TableWriter {
    /// A column turned out to be of another kind than its first rows showed: loading begins anew with this kind.
    struct Rekind: Error {
        let column: Int
        let kind: ColumnKind
    }

    private let file: AppendedFile
    private var columns: [ColumnWriter] = []
    private(set) var rows = 0
    private var groups = 0

    /// Different values that are kept of all columns together.
    private static let values = 2_000_000

    init(_ file: AppendedFile, names: [String], kinds: [ColumnKind]) {
        self.file = file
        for (name, kind) in zip(names, kinds) { add(name, kind, of: names.count) }
    }

    var names: [String] { columns.map(\.name) }
    var width: Int { columns.count }

    /// Adds columns that turned up after the first rows.
    mutating func add(_ names: ArraySlice<String>) {
        for name in names { add(name, .undecided, of: columns.count + names.count) }
    }

    private mutating func add(_ name: String, _ kind: ColumnKind, of width: Int) {
        columns.append(ColumnWriter(name: name, kind: kind, values: Self.values / width, after: groups))
    }

    mutating func append(_ row: RowCells) throws {
        let place = rows & RowGroup.mask
        for column in 0..<min(columns.count, row.count) {
            do {
                try columns[column].put(row[column], at: place)
            } catch let change as CellTyping.Rekind {
                throw Rekind(column: column, kind: change.kind)
            }
        }
        rows += 1
        if rows & RowGroup.mask == 0 { try endGroup(rows: RowGroup.rows) }
    }

    private mutating func endGroup(rows: Int) throws {
        for column in columns.indices { try columns[column].endGroup(rows: rows, to: file) }
        groups += 1
    }

    /// Writes what is left and where everything is.
    mutating func finish() throws -> [WrittenColumn] {
        if rows & RowGroup.mask > 0 { try endGroup(rows: rows & RowGroup.mask) }
        var written: [WrittenColumn] = []
        for column in columns.indices { written.append(try columns[column].finish(rows: rows, to: file)) }
        return written
    }
}
