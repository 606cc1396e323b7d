import AssistantsAPI
import DataTables
import Foundation

/// Puts a thread's data into tables for as long as one question is answered.
enum MeasureTables {
    /// Makes tables and views of the data and lends them; nil when there is nothing to make them of. Blocks.
    static func with<Value>(_ data: SignageData, _ body: (TableQueries) throws -> Value) throws -> Value? {
        let sources = sources(data)
        if sources.isEmpty { return nil }
        let path = NSTemporaryDirectory() + "assistants-tables-\(UUID().uuidString).sqlite"
        let builder = try TableBuilder(path: path)
        for source in sources { try builder.add(source) }
        try SignageViews.add(to: builder, names: FieldNames.added)
        try builder.finish()
        defer { unlink(path) }
        return try body(TableQueries(path: path))
    }

    private static func sources(_ data: SignageData) -> [DataSource] {
        var tables = TableName.allCases.map { (name: $0.rawValue, rows: data.rows(of: $0)) }
        tables += data.extraTables.map { ($0.name, $0.rows) }
        return tables.filter { !$0.rows.isEmpty }.map { name, rows in
            var json = JSONWriter(reservingCapacity: rows.count * 160)
            json.beginArray()
            for row in rows { json.value(JSONValue.object(row)) }
            json.endArray()
            return DataSource(name: name, format: .json, content: .text(json.text), origin: "the conversation")
        }
    }
}
