/// What a column holds, as far as all of the rows looked at agree.
package enum ColumnKind: String, Sendable, Equatable {
    case integer, decimal, boolean
    /// Days, as `YYYY-MM-DD`.
    case date
    /// Points in time on the clock of the place, as `YYYY-MM-DD HH:MM:SS`.
    case dateTime = "datetime"
    case text
    /// Nothing but nulls so far.
    case undecided = "empty"

    /// The type that gives the column its rules of comparison in SQL. Columns of text compare as text with numbers too, and
    /// columns of numbers take `'7'` for 7.
    var declaration: String {
        switch self {
        case .integer: "INTEGER"
        case .decimal: "REAL"
        case .boolean: "BOOLEAN"
        case .date, .dateTime, .text: "TEXT"
        case .undecided: ""
        }
    }
}
