/// Reads a source row by row, from its beginning each time.
protocol RowReader {
    /// The columns found so far, by the names they have in SQL.
    var columns: ColumnNames { get }
    /// Calls `body` with the names of all columns so far for each row, whose cells are in `row`, until it returns false.
    mutating func read(into row: RowCells, _ body: ([String]) throws -> Bool) throws
    /// What was odd about the source, of the reading that was done last.
    var faults: ReadingFaults { get }
}

/// What of a source could not be read as rows.
struct ReadingFaults: Equatable {
    /// Lines or elements that are no rows.
    var strays = 0
    /// Why reading stopped before the end, or the first stray is none.
    var reason: String?
    var isCutShort = false
    /// Fields beyond the number of columns that a table may have.
    var hasMoreColumns = false

    mutating func noteStray(_ why: @autoclosure () -> String) {
        strays += 1
        if reason == nil { reason = why() }
    }

    /// For whoever reads the table's description.
    var notes: [String] {
        var notes: [String] = []
        if strays > 0 { notes.append("\(strays) rows left out (\(reason ?? "not objects"))") }
        if isCutShort { notes.append("read only up to a fault: \(reason ?? "cut off")") }
        if hasMoreColumns { notes.append("fields beyond the first \(TableLimits.columns) left out") }
        return notes
    }
}

/// How large a table may become.
enum TableLimits {
    static let columns = 300
    /// Objects nested more deeply stay JSON in a column.
    static let depth = 3
    /// In bytes; longer values are cut.
    static let text = 200_000
}
