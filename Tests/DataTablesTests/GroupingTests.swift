import DataTables
import Foundation
import Testing

@Suite struct GroupingTests {
    /// More rows than are written at once, more different ids than are kept as numbers, and a column that comes late.
    private static let lines = (0..<70_000).map { row in
        let late = row > 40_000 ? ",\"late\":\(row % 3)" : ""
        let text = row % 11 == 0 ? "null" : "\"\(["나", "가 다", "", "z"][row % 4])\""
        return "{\"id\":\"e\(row)\",\"n\":\(row % 50),\"d\":\(row % 7).5,\"t\":\(text)\(late)}"
    }.joined(separator: "\n")

    @Test("Rows are grouped and ordered as their values say, nulls first, whatever the columns and their directions")
    func orders() throws {
        let tables = try TestTables(lines: Self.lines)

        let groups = try tables.rows("SELECT t, count(*) FROM data GROUP BY t")
        #expect(groups.map { $0[0] } == ["NULL", "", "z", "가 다", "나"])
        #expect(groups.compactMap { Int($0[1]) }.reduce(0, +) == 70_000)
        #expect(groups[0][1] == "6364")
        #expect(
            try tables.rows("SELECT n, d, count(*) FROM data GROUP BY n, d ORDER BY n DESC, d LIMIT 2") == [
                ["49", "0.5", "200"], ["49", "1.5", "200"],
            ]
        )
        #expect(
            try tables.rows("SELECT late, count(*) FROM data GROUP BY late") == [
                ["NULL", "40001"], ["0", "10000"], ["1", "9999"], ["2", "10000"],
            ]
        )
        #expect(try tables.rows("SELECT DISTINCT d FROM data ORDER BY d DESC LIMIT 1") == [["6.5"]])
        #expect(try tables.rows("SELECT id FROM data ORDER BY id DESC LIMIT 1") == [["e9999"]])
        #expect(try tables.rows("SELECT count(DISTINCT id), count(DISTINCT n) FROM data") == [["70000", "50"]])
    }

    @Test(
        "A value is found whatever it is compared as",
        arguments: [
            ("n = 7", "1400"), ("n = '7'", "1400"), ("n = 7.0", "1400"), ("n = '7x'", "0"), ("d = 1.5", "10000"),
            ("d = '1.5'", "10000"), ("t = ''", "15909"), ("t = 'Z' COLLATE NOCASE", "15909"), ("t = NULL", "0"),
            ("id = 'e69999'", "1"), ("id IN ('e1', 'e2', 'x')", "2"), ("n = 1 AND t = 'z' AND d = 3.5", "90"),
            ("late = 1 AND n = 3", "200"), ("rowid = 70000 AND id = 'e69999'", "1"),
        ]
    )
    func equality(_ condition: String, _ count: String) throws {
        let tables = try TestTables(lines: Self.lines)
        #expect(try tables.rows("SELECT count(*) FROM data WHERE \(condition)") == [[count]])
    }

    @Test("Large tables are joined by any column")
    func joins() throws {
        let tables = try TestTables(lines: Self.lines)
        #expect(try tables.rows("SELECT count(*) FROM data a JOIN data b ON b.id = a.id") == [["70000"]])
        #expect(
            try tables.rows("SELECT count(*), count(b.id) FROM data a LEFT JOIN data b ON b.id = 'e' || (a.n * 2000)")
                == [["70000", "49000"]]
        )
    }

    @Test("Integers of a column that comes late are decimals too where one of its many values is one")
    func lateDecimals() throws {
        let lines = (0..<80_000).map { row in
            switch row {
            case ..<6000: "{\"n\":1}"
            case 79_999: "{\"n\":1,\"late\":0.5}"
            default: "{\"n\":1,\"late\":\(row)}"
            }
        }
        let tables = try TestTables(lines: lines.joined(separator: "\n"))

        #expect(try tables.rows("SELECT late / 2 FROM data WHERE late = 7001") == [["3500.5"]])
        #expect(try tables.rows("SELECT count(*) FROM data WHERE typeof(late) = 'real'") == [["74000"]])
    }

    @Test("Points in time have their day, month, week, weekday and hour beside them")
    func parts() throws {
        let tables = try TestTables(
            csv: """
                시청시각,viewed_at_hour,날짜
                2026-03-01T23:59:59+09:00,x,2026-03-01
                2026. 3. 2. 오전 9:05:00,y,2026년 3월 2일
                ,z,
                """
        )

        #expect(
            try tables.rows("SELECT 시청시각_date, 시청시각_month, 시청시각_week, 시청시각_weekday, 시청시각_hour FROM data") == [
                ["2026-03-01", "2026-03", "2026-02-23", "7", "23"], ["2026-03-02", "2026-03", "2026-03-02", "1", "9"],
                ["NULL", "NULL", "NULL", "NULL", "NULL"],
            ]
        )
        #expect(try tables.rows("SELECT * FROM data")[0].count == 3)
        #expect(try tables.column("날짜").parts == [.date, .month, .week, .weekday])
        #expect(tables.queries.catalogue.schemaText().contains("시청시각_hour"))
    }

    @Test("Tables that were made are taken over by another folder, and get another name where theirs is taken")
    func takenOver() throws {
        let paths = (0..<2).map { _ in NSTemporaryDirectory() + "taken-\(UUID().uuidString)" }
        defer { for path in paths { TableFolder.remove(path) } }
        func source(_ json: String) -> DataSource {
            DataSource(name: "t", format: .json, content: .text(json), origin: "x")
        }
        let first = try TableBuilder(path: paths[0])
        let loaded = try first.add(source("{\"t\":[{\"a\":\"가\"},{\"a\":\"나\"}],\"u\":[{\"b\":1}]}"))
        try first.finish()

        let second = try TableBuilder(path: paths[1])
        try second.add(source("[{\"a\":\"new\"}]"))
        try second.add(loaded)
        try second.finish()
        TableFolder.remove(paths[0])

        let queries = try TableQueries(path: paths[1])
        #expect(queries.catalogue.tables.map(\.name) == ["t", "t_2", "u"])
        let rows = try queries.run("SELECT a FROM t UNION ALL SELECT a FROM t_2 ORDER BY a DESC").rows
        #expect(rows.map { $0[0].text } == ["나", "가", "new"])
    }

    @Test("A source that has no room leaves nothing, and the next one is added")
    func leftOut() throws {
        let path = NSTemporaryDirectory() + "left-\(UUID().uuidString)"
        defer { TableFolder.remove(path) }
        let builder = try TableBuilder(path: path, limit: 1 << 20)
        let rows = (0..<40_000).map { "{\"id\":\"a rather long name of number \($0)\"}" }.joined(separator: ",")
        let large = "{\"small\":[{\"a\":1}],\"large\":[\(rows)]}"

        #expect(throws: DataLoadError.tooLarge(limit: 1 << 20)) {
            try builder.add(DataSource(name: "x", format: .json, content: .text(large), origin: "x"))
        }
        try builder.add(DataSource(name: "small", format: .json, content: .text("[{\"a\":2}]"), origin: "y"))
        try builder.finish()

        #expect(try TableQueries(path: path).catalogue.tables.map(\.name) == ["small"])
        #expect(TableFolder.size(path) < 1 << 20)
    }
}
