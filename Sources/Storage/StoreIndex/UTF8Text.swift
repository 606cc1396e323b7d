import GRDBSQLite

/// A text for a `?` that was built as bytes: valid UTF-8. An empty one is NULL.
struct UTF8Text: SQLValue {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        bytes.withUnsafeBytes { bytes in
            guard !bytes.isEmpty, let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else {
                return sqlite3_bind_null(statement, index)
            }
            // SQLITE_TRANSIENT: the bytes are good during the call only.
            let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
            return sqlite3_bind_text64(statement, index, start, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
        }
    }
}
