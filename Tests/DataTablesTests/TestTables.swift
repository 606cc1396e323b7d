import DataTables
import Foundation
import Testing

/// Tables made for a test, in a file of their own that goes with this object.
final class TestTables {
    let path = NSTemporaryDirectory() + "tables-\(UUID().uuidString)"
    let queries: TableQueries

    init(_ sources: [DataSource], views: [(ViewDescription, String)] = []) throws {
        let builder = try TableBuilder(path: path)
        for source in sources { try builder.add(source) }
        for (view, query) in views { try builder.add(view, as: query) }
        try builder.finish()
        queries = try TableQueries(path: path)
    }

    convenience init(json: String) throws {
        try self.init([DataSource(name: "data", format: .json, content: .text(json), origin: "test")])
    }

    convenience init(csv: String) throws {
        let format = DataSource.Format.separated(by: nil)
        try self.init([DataSource(name: "data", format: format, content: .text(csv), origin: "test")])
    }

    convenience init(lines: String) throws {
        try self.init([DataSource(name: "data", format: .jsonLines, content: .text(lines), origin: "test")])
    }

    deinit { TableFolder.remove(path) }

    /// The rows of a query as a reader sees them, nulls as `NULL`.
    func rows(_ sql: String) throws -> [[String]] {
        try queries.run(sql).rows.map { $0.map { $0.text ?? "NULL" } }
    }

    func column(_ name: String, of table: String = "data") throws -> ColumnDescription {
        try #require(queries.catalogue.table(named: table)?.columns.first { $0.name == name })
    }
}
