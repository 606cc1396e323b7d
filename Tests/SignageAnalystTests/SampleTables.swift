import AssistantsAPI
import DataTables
import Foundation
import SignageAnalyst

/// Tables with the views of the field over them, in a file that goes with this object.
final class SignageTables {
    let path = NSTemporaryDirectory() + "signage-\(UUID().uuidString)"
    let queries: TableQueries

    init(_ sources: [DataSource], names: FieldNames = .none) throws {
        let builder = try TableBuilder(path: path)
        for source in sources { try builder.add(source) }
        try SignageViews.add(to: builder, names: names)
        try builder.finish()
        queries = try TableQueries(path: path)
    }

    convenience init(csv: [(name: String, text: String)], names: FieldNames = .none) throws {
        let sources = csv.map {
            DataSource(name: $0.name, format: .separated(by: nil), content: .text($0.text), origin: $0.name)
        }
        try self.init(sources, names: names)
    }

    deinit { TableFolder.remove(path) }

    func rows(_ sql: String) throws -> [[String]] {
        try queries.run(sql, limits: QueryLimits(time: .seconds(60))).rows.map { $0.map { $0.text ?? "NULL" } }
    }
}

/// Generated data and what its figures must come to.
struct Sample {
    let sources: [DataSource]
    let texts: [SampleTable: String]
    let truth: JSONValue

    init(events: Int, seed: UInt64 = 7, days: Int = 28, as format: SampleRowText.Format = .jsonl) throws {
        var options = SampleData.Options()
        (options.events, options.seed, options.days) = (events, seed, days)
        var bytes: [SampleTable: [UInt8]] = [:]
        for table in SampleTable.allCases { bytes[table] = SampleRowText(table, as: format).opening }
        var counts: [SampleTable: Int] = [:]
        let truth = SampleData(options).generate { table, row in
            let isFirst = counts[table, default: 0] == 0
            SampleRowText(table, as: format).append(row, isFirst: isFirst, to: &bytes[table, default: []])
            counts[table, default: 0] += 1
        }
        for table in SampleTable.allCases { bytes[table, default: []] += SampleRowText(table, as: format).closing }
        texts = bytes.mapValues { String(decoding: $0, as: UTF8.self) }
        let texts = texts
        let kinds: [SampleRowText.Format: DataSource.Format] = [
            .json: .json, .jsonl: .jsonLines, .csv: .separated(by: nil),
        ]
        sources = SampleTable.allCases.map {
            DataSource(
                name: $0.rawValue,
                format: kinds[format] ?? .json,
                content: .text(texts[$0] ?? ""),
                origin: $0.rawValue
            )
        }
        var json = JSONWriter()
        json.value(truth)
        self.truth = try JSONValue(parsing: json.text)
    }
}
