/// The tables, their columns and what is in them, as text for a language model: exact counts, ranges and frequent values,
/// so that it need not look at rows first.
struct SchemaText {
    private let catalogue: Catalogue
    /// Frequent values told of a column.
    private let values: Int
    /// Columns told of a table, and tables; the rest are named or counted.
    private let columns: Int
    private let tables: Int

    /// Faults that are told at most.
    private static let faults = 10

    private init(_ catalogue: Catalogue, values: Int, columns: Int, tables: Int) {
        self.catalogue = catalogue
        self.values = values
        self.columns = columns
        self.tables = tables
    }

    /// The fullest text that stays within a number of bytes.
    static func text(of catalogue: Catalogue, bytes: Int) -> String {
        let details = [
            (8, 300, 60), (4, 300, 60), (2, 300, 60), (0, 300, 60), (0, 60, 60), (0, 30, 40), (0, 12, 25), (0, 5, 20),
        ]
        var text = ""
        for (values, columns, tables) in details {
            text = SchemaText(catalogue, values: values, columns: columns, tables: tables).text
            if text.utf8.count <= bytes { return text }
        }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytes - 4))
        while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "\n…"
    }

    private var text: String {
        // First, so that no cut takes them away.
        var lines = catalogue.faults.prefix(Self.faults).map { "Not in the tables: \(Self.line($0))" }
        if catalogue.faults.count > Self.faults {
            lines.append("… and \(catalogue.faults.count - Self.faults) more that are not in the tables")
        }
        for table in catalogue.tables.prefix(tables) { lines += describe(table) }
        if catalogue.tables.count > tables { lines.append("… and \(catalogue.tables.count - tables) more tables") }
        if !catalogue.views.isEmpty { lines.append("Views:") }
        for view in catalogue.views {
            let columns = view.columns.map(\.sqlName).joined(separator: ", ")
            lines.append("- \(view.name.sqlName)(\(columns)): \(view.purpose)")
        }
        return lines.joined(separator: "\n")
    }

    private func describe(_ table: TableDescription) -> [String] {
        let notes = table.notes.map { "; \($0)" }.joined()
        var lines = ["Table \(table.name.sqlName): \(table.rows) rows, from \(Self.line(table.source))\(notes)"]
        for column in table.columns.prefix(columns) { lines.append("- " + describe(column, rows: table.rows)) }
        if table.columns.count > columns {
            let more = table.columns.dropFirst(columns)
            let named = more.prefix(20).map(\.name.sqlName).joined(separator: ", ")
            lines.append("- and \(more.count) more: \(named)\(more.count > 20 ? ", …" : "")")
        }
        return lines
    }

    private func describe(_ column: ColumnDescription, rows: Int) -> String {
        var parts = ["\(column.name.sqlName) \(column.kind == .undecided ? "(only nulls)" : column.kind.rawValue)"]
        if column.kind == .undecided { return parts[0] }
        if column.kind == .boolean { parts[0] += " (1/0)" }
        if let range = column.range { parts.append("\(Self.line(range.smallest)) to \(Self.line(range.largest))") }
        if column.nulls > 0 { parts.append("\(column.nulls) null") }
        let isUnique = column.isDistinctExact && column.distinct == rows - column.nulls
        if isUnique, rows > 1 {
            parts.append("all different")
        } else if column.kind != .boolean {
            parts.append("\(column.isDistinctExact ? "" : "about ")\(column.distinct) different")
        }
        if !isUnique || rows <= values, !column.frequent.isEmpty, values > 0 { parts.append(frequent(column)) }
        if !column.parts.isEmpty {
            parts.append("also " + column.parts.map { $0.name(of: column.name).sqlName }.joined(separator: ", "))
        }
        return (parts + column.notes).joined(separator: "; ")
    }

    private func frequent(_ column: ColumnDescription) -> String {
        let shown = column.frequent.prefix(values).map { "\(Self.value($0.value)) (\($0.count))" }.joined(
            separator: ", "
        )
        return shown + (column.distinct > values ? ", …" : "")
    }

    /// Data in one line, so that nothing in it stands like a heading or an instruction of its own.
    private static func line(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !$0.properties.isWhitespace || $0 == " " }) else {
            return text
        }
        return text.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } }.joined(separator: " ")
    }

    /// A text as a value: in quotes where its end would not be seen.
    private static func value(_ text: String) -> String {
        let line = line(text)
        return line.contains { ",;()\" ".contains($0) } ? "'" + line + "'" : line
    }
}

extension Catalogue {
    /// Tables, columns and what is in them, as text for a language model.
    ///
    /// - Parameter bytes: Its length at most. The default is under 4,000 tokens whatever the data: a token has three bytes of
    ///   UTF-8 on average at least, in Korean text as in numbers.
    package func schemaText(bytes: Int = 9_000) -> String { SchemaText.text(of: self, bytes: bytes) }
}
