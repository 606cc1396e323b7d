import GRDBSQLite

/// `trim`, `ltrim` and `rtrim` with the characters to be taken away, as SQLite has them, for few characters: its own take a
/// time that grows with both lengths multiplied, and nothing can stop a function in the middle.
enum Trimming {
    /// In bytes of UTF-8.
    private static let longest = 200

    private static let start = 1
    private static let end = 2

    static func install(on database: SQLiteDatabase) {
        for (name, sides) in [("ltrim", start), ("rtrim", end), ("trim", start | end)] {
            sqlite3_create_function_v2(
                database.handle,
                name,
                2,
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                UnsafeMutableRawPointer(bitPattern: sides),
                { context, _, arguments in Trimming.trim(context, arguments) },
                nil,
                nil,
                nil
            )
        }
    }

    private static func trim(_ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?) {
        guard let text = arguments?[0].flatMap(string(of:)), let unwanted = arguments?[1].flatMap(string(of:))
        else {
            return sqlite3_result_null(context)
        }
        guard unwanted.utf8.count <= longest else {
            return sqlite3_result_error(context, "too many characters to trim", -1)
        }
        let sides = Int(bitPattern: sqlite3_user_data(context))
        let characters = Set(unwanted.unicodeScalars)
        var kept = text.unicodeScalars[...]
        if sides & start != 0 { kept = kept.drop(while: characters.contains) }
        if sides & end != 0 { while let last = kept.last, characters.contains(last) { kept.removeLast() } }
        let bytes = Array(String(kept).utf8)
        guard let copy = sqlite3_malloc64(UInt64(bytes.count + 1)) else {
            return sqlite3_result_error_nomem(context)
        }
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        sqlite3_result_text(context, copy.assumingMemoryBound(to: CChar.self), Int32(bytes.count), sqlite3_free)
    }

    /// Nil for null.
    private static func string(of value: OpaquePointer) -> String? {
        guard sqlite3_value_type(value) != SQLITE_NULL, let bytes = sqlite3_value_text(value) else { return nil }
        let count = Int(sqlite3_value_bytes(value))
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
