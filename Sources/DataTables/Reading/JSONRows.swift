import AssistantsAPI

/// The rows of a JSON array of objects, or the one row that an object is.
struct JSONRows: RowReader {
    private let source: DocumentTables.Kind
    private var fields: JSONFields
    private(set) var faults = ReadingFaults()

    init(_ source: DocumentTables.Kind) {
        self.source = source
        switch source {
        case .rows: fields = JSONFields()
        case .row: fields = JSONFields(omitsTables: true)
        }
    }

    var columns: ColumnNames { fields.columns }

    mutating func read(into row: RowCells, _ body: ([String]) throws -> Bool) throws {
        faults = ReadingFaults()
        var stop: Stop?
        do throws(JSONParsingError) {
            switch source {
            case .row(let object):
                var cursor = JSONCursor(object)
                try fields.read(&cursor, into: row)
                stop = Stop { try body(fields.columns.names) }
            case .rows(let array):
                var cursor = JSONCursor(array)
                try cursor.forEachElement { (cursor) throws(JSONParsingError) in
                    guard try cursor.kind() == .object else {
                        faults.noteStray("no JSON object")
                        return try cursor.skipValue()
                    }
                    row.clear()
                    try fields.read(&cursor, into: row)
                    stop = Stop { try body(fields.columns.names) }
                    if stop != nil { throw JSONParsingError(offset: 0, reason: "stopped") }
                }
            }
        } catch {
            if stop == nil {
                faults.isCutShort = true
                faults.reason = "\(error.reason) at byte \(error.offset)"
            }
        }
        if case .failed(let error) = stop { throw error }
        fields.addColumnsOfNulls()
        faults.hasMoreColumns = fields.hasMoreColumns
    }
}

/// Why the rows are not read on.
enum Stop {
    case wanted
    case failed(any Error)

    /// Nil when `body` wants more.
    init?(_ body: () throws -> Bool) {
        do {
            if try body() { return nil }
            self = .wanted
        } catch {
            self = .failed(error)
        }
    }
}
