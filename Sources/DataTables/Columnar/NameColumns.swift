/// Columns that have, for each value of a column with few values, another one: names in place of ids. Rows are grouped by them
/// as fast as by the ids, without a join.
struct NameColumns {
    private let table: ColumnTable
    private var layouts: [ColumnLayout] = []
    private let file: AppendedFile

    init(_ table: ColumnTable, path: String, limit: Int) throws {
        self.table = table
        file = try AppendedFile(path: path, limit: limit)
    }

    /// - Parameter name: Is given a value as text, decimals without what is behind the point.
    mutating func add(of column: Int, _ name: (String) -> String?) throws {
        let column = table.columns[column]
        var dictionary = PartDictionary()
        for code in 1..<max(1, column.count) {
            guard let text = Self.text(column.value(ofCode: code)), var given = name(text) else {
                dictionary.add(.null)
                continue
            }
            given.withUTF8 { dictionary.add(.text(UnsafeRawBufferPointer($0))) }
        }
        layouts.append(try dictionary.write(to: file, segments: column.allSegments))
    }

    /// Returns the bytes of the file.
    func finish() throws -> Int {
        try TableDirectory.write(rows: table.rows, columns: layouts, to: file)
        return file.count
    }

    private static func text(_ value: StoredValue) -> String? {
        switch value {
        case .null: nil
        case .integer(let number): String(number)
        case .decimal(let number): Int64(exactly: number.rounded(.towardZero)).map { String($0) }
        case .text(let text): String(decoding: text, as: UTF8.self)
        }
    }
}
