import GRDBSQLite

/// A connection to one SQLite file, used by one thread at a time.
final class SQLiteDatabase {
    let handle: OpaquePointer

    enum Mode { case create, readOnly }

    init(path: String, mode: Mode) throws(SQLiteError) {
        var opened: OpaquePointer?
        let access = mode == .create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw SQLiteError(
                code: code,
                message: opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            )
        }
        handle = opened
        sqlite3_extended_result_codes(handle, 1)
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error }
    }

    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { throw error }
        return SQLiteStatement(statement, of: self)
    }

    /// The first column of the first row of a query, as text.
    func text(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text : nil
    }

    var error: SQLiteError {
        SQLiteError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A prepared statement, which ends with this object.
final class SQLiteStatement {
    let handle: OpaquePointer
    private let database: SQLiteDatabase

    init(_ handle: OpaquePointer, of database: SQLiteDatabase) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// The first column of the row that it stands at; nil for null.
    var text: String? { text(0) }

    func text(_ column: Int32) -> String? { sqlite3_column_text(handle, column).map { String(cString: $0) } }

    /// True when there is a row.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.error
        }
    }

    /// Runs a statement that returns nothing and makes it ready to be run again; its values stay bound.
    func run() throws(SQLiteError) {
        let code = sqlite3_step(handle)
        let error = code == SQLITE_DONE ? nil : database.error
        sqlite3_reset(handle)
        if let error { throw error }
    }
}

/// What SQLite refused.
struct SQLiteError: Error, Equatable {
    let code: Int32
    let message: String

    var isFull: Bool { code & 0xFF == SQLITE_FULL }
}
