import AssistantsAPI
import GRDBSQLite

/// Stores the rows of one table, each cell as its column's kind wants it, and tallies them.
struct RowInsertion {
    /// A column turned out to be of another kind than its first rows showed: loading begins anew with this kind.
    struct Rekind: Error {
        let column: Int
        let kind: ColumnKind
    }

    private let database: SQLiteDatabase
    private let table: String
    private var statement: SQLiteStatement?
    /// Names in SQL of the columns that the table has.
    private(set) var names: [String] = []
    private(set) var kinds: [ColumnKind] = []
    private(set) var tallies: [ColumnTally] = []
    private(set) var rows = 0
    /// Columns without a declared type, whose kind may change on the way.
    private var isUndeclared: [Bool] = []
    /// Where the texts of a row's points in time stand until it is stored.
    private let moments = MomentBuffers()

    init(_ database: SQLiteDatabase, table: String, names: [String], kinds: [ColumnKind]) throws(SQLiteError) {
        self.database = database
        self.table = table
        self.names = names
        self.kinds = kinds
        tallies = names.map { _ in ColumnTally() }
        isUndeclared = kinds.map { $0 == .undecided }
        let columns = zip(names, kinds).map { "\($0.quoted) \($1.declaration)" }
        try database.execute("CREATE TABLE \(table.quoted) (\(columns.joined(separator: ", ")))")
        try prepare()
    }

    /// Adds columns that turned up after the first rows.
    mutating func add(_ more: ArraySlice<String>) throws(SQLiteError) {
        statement = nil
        for name in more {
            try database.execute("ALTER TABLE \(table.quoted) ADD COLUMN \(name.quoted)")
            names.append(name)
            kinds.append(.undecided)
            tallies.append(ColumnTally())
            isUndeclared.append(true)
        }
        try prepare()
    }

    private mutating func prepare() throws(SQLiteError) {
        let places = names.map { _ in "?" }.joined(separator: ", ")
        statement = try database.prepare("INSERT INTO \(table.quoted) VALUES (\(places))")
    }

    mutating func insert(_ row: RowCells) throws {
        guard let statement else { return }
        for column in names.indices {
            if column < row.count {
                try bind(row[column], column, statement.handle)
            } else {
                sqlite3_bind_null(statement.handle, Int32(column + 1))
            }
        }
        try statement.run()
        rows += 1
    }

    private mutating func bind(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) throws {
        if cell.isNull {
            sqlite3_bind_null(statement, Int32(column + 1))
            return
        }
        if kinds[column] == .undecided {
            var evidence = ColumnEvidence()
            evidence.note(cell)
            kinds[column] = evidence.kind(named: names[column])
        }
        switch kinds[column] {
        case .integer, .decimal: try bindNumber(cell, column, statement)
        case .boolean: bindBoolean(cell, column, statement)
        case .date, .dateTime: bindMoment(cell, column, statement)
        case .text, .undecided: bindText(cell, column, statement)
        }
    }

    private mutating func bindNumber(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) throws {
        let number: NumberText
        switch cell {
        case .number(let text): number = NumberText(text, isJSON: true)
        case .text(let text): number = NumberText(text.trimmed)
        case .null, .bool, .json: number = .none
        }
        switch number {
        case .integer(let value) where kinds[column] == .integer:
            tallies[column].note(value)
            sqlite3_bind_int64(statement, Int32(column + 1), value)
        case .integer(let value) where number.isExactDecimal:
            tallies[column].note(Double(value))
            sqlite3_bind_double(statement, Int32(column + 1), Double(value))
        case .decimal(let value):
            if kinds[column] == .integer {
                guard isUndeclared[column] else { throw Rekind(column: column, kind: .decimal) }
                kinds[column] = .decimal
            }
            tallies[column].note(value)
            sqlite3_bind_double(statement, Int32(column + 1), value)
        case .integer, .inexact: throw Rekind(column: column, kind: .text)
        case .none: bindException(cell, column, statement)
        }
    }

    private mutating func bindBoolean(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) {
        let value: Bool?
        switch cell {
        case .bool(let flag): value = flag
        case .text(let text): value = BooleanText.value(of: text.trimmed)
        case .null, .number, .json: value = nil
        }
        guard let value else { return bindException(cell, column, statement) }
        tallies[column].note(value)
        sqlite3_bind_int(statement, Int32(column + 1), value ? 1 : 0)
    }

    private mutating func bindMoment(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) {
        guard let moment = Self.moment(cell) else {
            return bindException(cell, column, statement)
        }
        var text = MomentText(moments[column])
        text.write(moment, isDay: kinds[column] == .date)
        tallies[column].note(text.bytes, isOrdered: true)
        if moment.hasTime { tallies[column].note(moment.zone) }
        put(text.bytes, column, statement)
    }

    private static func moment(_ cell: Cell) -> Moment? {
        switch cell {
        case .text(let text): Moment(plain: text.asText) ?? MomentParser.moment(in: text.trimmed.asText)
        case .number(let text):
            if case .integer(let value) = NumberText(text, isJSON: true) { Moment(.integer(Int(value))) } else { nil }
        case .null, .bool, .json: nil
        }
    }

    private mutating func bindText(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) {
        let bytes = Self.written(cell)
        guard bytes.count <= TableLimits.text else {
            tallies[column].noteCut()
            var end = TableLimits.text
            while bytes[end] & 0xC0 == 0x80 { end -= 1 }
            let cut = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            tallies[column].note(cut)
            return put(cut, column, statement)
        }
        tallies[column].note(bytes)
        put(bytes, column, statement)
    }

    /// Keeps what is not of the column's kind as it was written; blank text is null in a column of another kind than text.
    private mutating func bindException(_ cell: Cell, _ column: Int, _ statement: OpaquePointer) {
        let bytes = Self.written(cell)
        if bytes.isBlank {
            sqlite3_bind_null(statement, Int32(column + 1))
        } else if bytes.count > TableLimits.text {
            bindText(cell, column, statement)
        } else {
            tallies[column].noteException(bytes)
            put(bytes, column, statement)
        }
    }

    private static func written(_ cell: Cell) -> UnsafeRawBufferPointer {
        switch cell {
        case .null: UnsafeRawBufferPointer(start: nil, count: 0)
        case .bool(let flag): flag ? word("true") : word("false")
        case .number(let text), .text(let text), .json(let text): text
        }
    }

    private static func word(_ word: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    /// Binds bytes that stay where they are until the row has been stored.
    private func put(_ bytes: UnsafeRawBufferPointer, _ column: Int, _ statement: OpaquePointer) {
        let start = bytes.baseAddress ?? UnsafeRawPointer(Self.word("").baseAddress)
        let text = start?.assumingMemoryBound(to: CChar.self)
        sqlite3_bind_text64(statement, Int32(column + 1), text, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
    }
}

/// Room for a text of a point in time for each column.
private final class MomentBuffers {
    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: TableLimits.columns * MomentText.capacity)

    deinit { bytes.deallocate() }

    subscript(column: Int) -> UnsafeMutablePointer<UInt8> { bytes + column * MomentText.capacity }
}

extension String {
    /// The name in double quotes, as SQL takes any name.
    var quoted: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
