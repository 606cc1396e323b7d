import AssistantsAPI
import DataTables

/// Reads the rows of uploaded files back from the tables they were made into, for the answers that are computed from rows.
package enum UploadedRows {
    /// More rows are left to what computes in SQL.
    private static let limit = 100_000

    /// The rows as a document like `system_data`; nil when there are no files among the tables, or they are too large. Blocks.
    package static func document(
        from queries: TableQueries,
        isCancelled: @escaping () -> Bool
    ) throws(QueryError) -> JSONObject? {
        let tables = queries.catalogue.tables.filter { !ConversationTables.origins.contains($0.source) }
        guard !tables.isEmpty, tables.reduce(0, { $0 + $1.rows }) <= limit else { return nil }
        var members: [(String, JSONValue)] = []
        for table in tables {
            let result = try queries.run(
                "SELECT * FROM \(table.name.sqlName)",
                limits: QueryLimits(time: .seconds(30), rows: limit, bytes: 64 << 20),
                isCancelled: isCancelled
            )
            let kind = SignageTable(table)?.rawValue ?? table.name
            members.append((kind, .array(rows(result, table))))
        }
        return JSONObject(members)
    }

    private static func rows(_ result: QueryResult, _ table: TableDescription) -> [JSONValue] {
        result.rows.map { row in
            var members: [(key: String, value: JSONValue)] = []
            for (column, value) in zip(table.columns, row) {
                switch value {
                case .null: continue
                case .integer(let number) where column.kind == .boolean:
                    members.append((column.name, .bool(number != 0)))
                case .integer(let number): members.append((column.name, .integer(Int(number))))
                case .decimal(let text): members.append((column.name, number(text)))
                case .text(let text): members.append((column.name, .string(text)))
                }
            }
            return .object(JSONObject(members))
        }
    }

    private static func number(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .string(text) }
}
