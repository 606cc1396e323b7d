import GRDB
import GRDBSQLite

/// Statements that are prepared once per connection and run through SQLite's own interface: GRDB's arguments and rows
/// are general, and cost as much as SQLite does. What they are general for, GRDB's observation of transactions, is not
/// used here.
///
/// A closure that is given a row must not run the same statement again.
extension GRDB.Database {
    /// Runs a statement that returns no rows. `values` stand for its `?`, all of them, in their order.
    func run(_ sql: String, _ values: [any SQLValue] = []) throws {
        try withStatement(sql, values) { _ = try step($0) }
    }

    /// The first row of a query as `transform` reads it; nil when there is none.
    func first<Value>(
        _ sql: String,
        _ values: [any SQLValue],
        _ transform: (borrowing ResultRow) throws -> Value
    ) throws -> Value? {
        try withStatement(sql, values) { try step($0) ? try transform(ResultRow(of: $0)) : nil }
    }

    /// Whether a query has a row.
    func hasRow(_ sql: String, _ values: [any SQLValue]) throws -> Bool {
        try withStatement(sql, values) { try step($0) }
    }

    /// All rows of a query, each turned into a value at once. For queries with a bound on their rows.
    func all<Value>(
        _ sql: String,
        _ values: [any SQLValue],
        _ transform: (borrowing ResultRow) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        try forEach(sql, values) { row in
            found.append(try transform(row))
            return true
        }
        return found
    }

    /// Goes through the rows of a query until `body` returns false.
    func forEach(_ sql: String, _ values: [any SQLValue], _ body: (borrowing ResultRow) throws -> Bool) throws {
        try withStatement(sql, values) { statement in
            while try step(statement) {
                guard try body(ResultRow(of: statement)) else { break }
            }
        }
    }

    /// Runs `body`, which only reads, in a transaction: it sees one commit throughout.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
        try run("BEGIN")
        defer {
            // Interrupted, a COMMIT may fail; a transaction that stays open would stop the connection for good.
            do { try run("COMMIT") } catch { try? run("ROLLBACK") }
        }
        return try body()
    }

    /// Lends a statement with its values bound, and leaves it fit for its next use however `body` ends.
    private func withStatement<Value>(
        _ sql: String,
        _ values: [any SQLValue],
        _ body: (OpaquePointer) throws -> Value
    ) throws -> Value {
        let prepared = try cachedStatement(sql: sql)
        let statement = prepared.sqliteStatement
        return try withExtendedLifetime(prepared) {
            // The bindings hold copies of texts, maybe long ones.
            defer { sqlite3_clear_bindings(statement) }
            do {
                try bind(values, to: statement)
                let value = try body(statement)
                // A statement that was left at a row makes its last checks only now.
                try check(sqlite3_reset(statement))
                return value
            } catch {
                sqlite3_reset(statement)
                throw error
            }
        }
    }

    private func bind(_ values: [any SQLValue], to statement: OpaquePointer) throws {
        // Too many are refused by SQLite, but a value that is missing would be NULL.
        guard values.count == sqlite3_bind_parameter_count(statement) else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "a statement needs a value for each parameter")
        }
        var index: CInt = 0
        for value in values {
            index += 1
            try check(value.bind(to: statement, at: index))
        }
    }

    /// Moves on to the next row. Returns false when there is none.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        let code = sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(code)
        }
    }

    private func check(_ code: CInt) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Only the cancellation of a task interrupts SQLite.
    private func failure(_ code: CInt) -> any Error {
        guard code != SQLITE_INTERRUPT else { return CancellationError() }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: lastErrorMessage)
    }
}
