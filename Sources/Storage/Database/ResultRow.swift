import GRDBSQLite

/// The row that a statement stands at. It cannot be kept: its values are read before the statement moves on.
///
/// Columns are counted from 0. As all tables are STRICT, a column has the type that it was declared with; NULL is read
/// with the optional forms, and is an empty text or 0 for the others.
struct ResultRow: ~Copyable {
    private let statement: OpaquePointer

    init(of statement: OpaquePointer) { self.statement = statement }

    func text(_ column: CInt) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        // In this order: asking for the text settles its length.
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func integer(_ column: CInt) -> Int { Int(sqlite3_column_int64(statement, column)) }

    /// Lends the bytes of a blob.
    func withBytes<Value>(_ column: CInt, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        // In this order: asking for the bytes settles their number.
        let start = sqlite3_column_blob(statement, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func optionalText(_ column: CInt) -> String? { isNull(column) ? nil : text(column) }

    func optionalInteger(_ column: CInt) -> Int? { isNull(column) ? nil : integer(column) }

    private func isNull(_ column: CInt) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
}
