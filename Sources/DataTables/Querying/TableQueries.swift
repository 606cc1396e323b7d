import Foundation
import GRDBSQLite

/// Answers queries over a finished database of tables, read-only. Blocks while it works: call it off the cooperative pool,
/// from one thread at a time.
package final class TableQueries {
    package let catalogue: Catalogue
    private let database: SQLiteDatabase
    private let authoriser: QueryAuthoriser
    private let watch = QueryWatch()

    /// Opens the folder that a `TableBuilder` made.
    package init(path: String) throws(QueryError) {
        do {
            database = try SQLiteDatabase(path: TableFolder.database(in: path), mode: .readOnly)
            try ColumnModule.install(on: database, folder: path)
            // The schema is the builder's own, and what its views may call the authoriser decides as for queries.
            try database.execute("PRAGMA query_only = ON; PRAGMA temp_store = FILE; PRAGMA trusted_schema = ON")
            catalogue = try CatalogueStore.read(from: database)
            // Virtual tables are declared at their first use, which queries themselves may not do.
            _ = try database.prepare("SELECT 1 FROM json_each('[]'), json_tree('[]')")
            for table in catalogue.tables { _ = try database.prepare("SELECT 1 FROM \(table.name.quoted)") }
        } catch let error as SQLiteError {
            throw QueryError(.broken, "The tables cannot be opened: \(error.message)")
        } catch {
            throw QueryError(.broken, "The tables cannot be opened.")
        }
        authoriser = QueryAuthoriser(catalogue)
        ExactSums.install(on: database)
        Percentiles.install(on: database)
        Trimming.install(on: database)
        Self.limit(database)
        authoriser.install(on: database)
        watch.install(on: database)
    }

    /// Runs one SELECT.
    ///
    /// - Parameter isCancelled: Asked some hundred times a second while the query runs.
    package func run(
        _ sql: String,
        limits: QueryLimits = QueryLimits(),
        isCancelled: @escaping () -> Bool = { false }
    ) throws(QueryError) -> QueryResult {
        watch.begin(limits.time, isCancelled)
        defer { watch.end() }
        do {
            let statement = try compile(sql)
            return try collect(statement, limits)
        } catch let error as QueryError {
            throw error
        } catch let error as SQLiteError {
            throw explain(error, limits)
        } catch {
            throw QueryError(.broken, "The query failed.")
        }
    }

    /// What SQLite may be made to do at most, whatever the query says.
    private static func limit(_ database: SQLiteDatabase) {
        let limits: [(Int32, Int32)] = [
            (SQLITE_LIMIT_LENGTH, 400_000), (SQLITE_LIMIT_SQL_LENGTH, 20_000), (SQLITE_LIMIT_COLUMN, 400),
            (SQLITE_LIMIT_EXPR_DEPTH, 100), (SQLITE_LIMIT_COMPOUND_SELECT, 40), (SQLITE_LIMIT_VDBE_OP, 100_000),
            (SQLITE_LIMIT_FUNCTION_ARG, 60), (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
            (SQLITE_LIMIT_VARIABLE_NUMBER, 0), (SQLITE_LIMIT_TRIGGER_DEPTH, 0), (SQLITE_LIMIT_WORKER_THREADS, 0),
        ]
        for (limit, value) in limits { sqlite3_limit(database.handle, limit, value) }
        sqlite3_enable_load_extension(database.handle, 0)
    }

    private func compile(_ sql: String) throws -> SQLiteStatement {
        authoriser.reset()
        guard !sql.utf8.contains(0) else { throw QueryError(.refused, "There is a NUL character in the query.") }
        var copy = sql
        var compiled: OpaquePointer?
        var isAlone = true
        let code = copy.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                var tail: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v2(database.handle, text.baseAddress, Int32(text.count), &compiled, &tail)
                if let start = text.baseAddress, let tail {
                    isAlone = Self.isNothing(utf8[(UnsafePointer<CChar>(tail) - UnsafePointer<CChar>(start))...])
                }
                return code
            }
        }
        guard code == SQLITE_OK else { throw database.error }
        guard let compiled else { throw QueryError(.refused, "The query is empty: write one SELECT.") }
        let statement = SQLiteStatement(compiled, of: database)
        guard isAlone else { throw QueryError(.refused, "One statement at a time: write one SELECT.") }
        let isSelect = sqlite3_stmt_readonly(compiled) != 0 && sqlite3_stmt_isexplain(compiled) == 0
        guard isSelect, sqlite3_column_count(compiled) > 0 else {
            throw QueryError(.refused, "Only SELECT is possible here; the data cannot be changed.")
        }
        return statement
    }

    /// Whether text behind a statement is but blanks, semicolons and comments.
    private static func isNothing(_ tail: some Collection<UInt8>) -> Bool {
        String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline).allSatisfy { line in
            let rest = line.drop { $0.isWhitespace || $0 == ";" }
            return rest.isEmpty || rest.hasPrefix("--")
        }
    }

    private func collect(_ statement: SQLiteStatement, _ limits: QueryLimits) throws -> QueryResult {
        let count = sqlite3_column_count(statement.handle)
        let columns = (0..<count).map { sqlite3_column_name(statement.handle, $0).map { String(cString: $0) } ?? "" }
        let isStored = (0..<count).map { sqlite3_column_decltype(statement.handle, $0) != nil }
        var result = QueryResult(columns: columns, rows: [], cut: nil)
        var bytes = 0
        while try statement.step() {
            if result.rows.count == limits.rows {
                result.cut = .rows(limit: limits.rows)
                break
            }
            let row = (0..<count).map { Self.value(statement.handle, $0, isStored: isStored[Int($0)]) }
            bytes += row.reduce(0) { $0 + ($1.text?.utf8.count ?? 4) + 1 }
            if bytes > limits.bytes {
                result.cut = .bytes(limit: limits.bytes)
                break
            }
            result.rows.append(row)
        }
        return result
    }

    /// - Parameter isStored: Whether the column is a table's own, so that its decimals are as they were written; others were
    ///   computed, and end in digits that are noise.
    private static func value(_ statement: OpaquePointer, _ column: Int32, isStored: Bool) -> QueryResult.Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            let value = sqlite3_column_double(statement, column)
            guard value.isFinite else { return .text(value > 0 ? "Infinity" : "-Infinity") }
            return .decimal(isStored ? DecimalText.exact(value) : DecimalText.computed(value))
        case SQLITE_TEXT, SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            guard let start = sqlite3_column_blob(statement, column) else { return .text("") }
            return .text(String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self))
        default: return .null
        }
    }

    private func explain(_ error: SQLiteError, _ limits: QueryLimits) -> QueryError {
        switch error.code & 0xFF {
        case SQLITE_INTERRUPT:
            if watch.wasCancelled { return QueryError(.cancelled, "The query was cancelled.") }
            let seconds = limits.time.components.seconds
            return QueryError(
                .tooSlow,
                "The query took longer than \(seconds) s and was stopped: filter before joining, join on keys, or aggregate "
                    + "in a subquery first."
            )
        case SQLITE_AUTH: return QueryError(.refused, authoriser.refusal ?? "The query asks for what it may not have.")
        case SQLITE_TOOBIG: return QueryError(.refused, "A text or the query is too long.")
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR, SQLITE_CANTOPEN:
            return QueryError(.broken, "The tables cannot be read: \(error.message)")
        default:
            return QueryError(.refused, authoriser.refusal ?? catalogue.explaining(error.message))
        }
    }
}

/// Ends a query that takes too long or is not wanted any more: SQLite asks it every few thousand steps.
final class QueryWatch {
    private var deadline = ContinuousClock.now
    private var isCancelled: () -> Bool = { false }
    private(set) var wasCancelled = false

    func install(on database: SQLiteDatabase) {
        sqlite3_progress_handler(
            database.handle,
            4000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<QueryWatch>.fromOpaque(context).takeUnretainedValue().mustEnd() ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    func begin(_ time: Duration, _ isCancelled: @escaping () -> Bool) {
        deadline = .now + time
        self.isCancelled = isCancelled
        wasCancelled = false
    }

    func end() { isCancelled = { false } }

    private func mustEnd() -> Bool {
        if isCancelled() {
            wasCancelled = true
            return true
        }
        return ContinuousClock.now > deadline
    }
}
