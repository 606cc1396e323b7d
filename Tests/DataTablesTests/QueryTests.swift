import DataTables
import Foundation
import Testing

@Suite struct QueryTests {
    private static func tables() throws -> TestTables {
        try TestTables(
            json: #"{"events":[{"ad":"a","n":1,"d":0.1},{"ad":"a","n":2,"d":0.2},{"ad":"b","n":null,"d":0.7}]}"#
        )
    }

    @Test("Sums of decimals have no noise, stored decimals all their digits, and no rows give null")
    func exactSums() throws {
        let tables = try Self.tables()
        #expect(
            try tables.rows("SELECT sum(d), avg(d), total(n), sum(n) FROM events") == [
                ["1.0", "0.333333333333333", "3.0", "3"]
            ]
        )
        #expect(try tables.rows("SELECT 0.1 + 0.2") == [["0.3"]])
        #expect(
            try tables.rows("SELECT sum(n), total(n), avg(n) FROM events WHERE ad = 'c'") == [["NULL", "0.0", "NULL"]]
        )
        let third = try TestTables(json: "[{\"x\":0.30000000000000004},{\"x\":5e-324}]")
        #expect(try third.rows("SELECT x FROM data") == [["0.30000000000000004"], ["5e-324"]])
        let tenths = (0..<100_000).map { _ in "{\"x\":0.1}" }.joined(separator: "\n")
        #expect(try TestTables(lines: tenths).rows("SELECT sum(x) FROM data") == [["10000.0"]])
    }

    @Test("Sums over windows take away what leaves the window")
    func windows() throws {
        let rows = try Self.tables().rows(
            "SELECT sum(d) OVER (ORDER BY rowid ROWS 1 PRECEDING), sum(n) OVER (ORDER BY rowid) FROM events"
        )
        #expect(rows == [["0.1", "1"], ["0.3", "3"], ["0.9", "3"]])
    }

    @Test("Medians, percentiles and deviations are there")
    func percentiles() throws {
        let tables = try TestTables(json: "[{\"x\":1},{\"x\":2},{\"x\":4},{\"x\":100},{\"x\":null}]")
        let rows = try tables.rows("SELECT median(x), percentile(x, 75), round(stddev(x), 4) FROM data")
        #expect(rows == [["3.0", "28.0", "48.8493"]])
        #expect(try tables.rows("SELECT median(x) FROM data WHERE x > 1000") == [["NULL"]])
    }

    @Test(
        "Nothing can be changed, and nothing else can be seen",
        arguments: [
            "DELETE FROM events", "INSERT INTO events VALUES ('x', 1, 1)", "UPDATE events SET n = 1",
            "DROP TABLE events",
            "CREATE TABLE x (a)", "CREATE TEMP TABLE x AS SELECT 1", "ATTACH '/etc/passwd' AS x",
            "ATTACH ':memory:' AS x", "DETACH main", "PRAGMA database_list", "PRAGMA query_only = OFF",
            "SELECT * FROM pragma_database_list", "SELECT file FROM pragma_database_list",
            "SELECT * FROM sqlite_master",
            "SELECT sql FROM sqlite_schema", "SELECT count(*) FROM sqlite_master", "SELECT * FROM sqlite_temp_master",
            "SELECT body FROM data_tables_catalogue", "SELECT count(*) FROM data_tables_catalogue",
            "SELECT load_extension('/tmp/x.so')", "SELECT readfile('/etc/passwd')", "SELECT writefile('/tmp/x', 'y')",
            "SELECT fts3_tokenizer('simple')", "SELECT sqlite_compileoption_get(1)", "SELECT zeroblob(1000)",
            "SELECT * FROM dbstat", "SELECT name FROM dbstat", "SELECT * FROM sqlite_stmt", "VACUUM INTO '/tmp/x'",
            "BEGIN",
            "SAVEPOINT x", "ANALYZE", "REINDEX", "EXPLAIN SELECT 1", "SELECT 1; SELECT 2",
            "SELECT 1; DROP TABLE events",
            "", "   ", "-- nothing", "SELECT", "SELECT ?", "WITH x AS (SELECT 1) DELETE FROM events",
            "CREATE VIRTUAL TABLE x USING fts5(a)", "SELECT * FROM temp.events",
        ]
    )
    func confined(_ sql: String) throws {
        let tables = try Self.tables()
        let error = #expect(throws: QueryError.self) { try tables.rows(sql) }
        #expect(error?.kind == .refused)
        #expect(error?.description.isEmpty == false)
        #expect(try tables.rows("SELECT count(*), sum(n) FROM events") == [["3", "3"]])
    }

    @Test(
        "What a query may use works",
        arguments: [
            ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 5) SELECT count(*) FROM r", "5"),
            ("SELECT count(*) FROM (SELECT DISTINCT ad FROM events) AS x", "2"),
            ("SELECT json_extract('{\"a\":7}', '$.a')", "7"), ("SELECT count(*) FROM json_each('[1,2,3]')", "3"),
            ("SELECT e.ad FROM events e JOIN events f ON e.n = f.n + 1; -- done", "a"),
            ("SELECT group_concat(ad, '/') FROM events", "a/a/b"), ("SELECT 9007199254740993 + 0", "9007199254740993"),
            ("SELECT strftime('%w', '2026-03-02')", "1"), ("SELECT round(2.0 / 3, 2)", "0.67"),
            ("SELECT row_number() OVER (ORDER BY n DESC) FROM events LIMIT 1", "1"),
        ]
    )
    func allowed(_ sql: String, _ first: String) throws {
        #expect(try Self.tables().rows(sql).first?.first == first)
    }

    @Test("An endless query ends in time, and the next one is answered")
    func timeLimit() throws {
        let tables = try Self.tables()
        let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"
        let limits = QueryLimits(time: .milliseconds(200))
        let start = ContinuousClock.now
        let error = #expect(throws: QueryError.self) { try tables.queries.run(endless, limits: limits) }
        #expect(error?.kind == .tooSlow)
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(throws: QueryError.self) { try tables.queries.run(endless) { true } }
        #expect(try tables.rows("SELECT count(*) FROM events") == [["3"]])
    }

    @Test("Long results are cut and say so")
    func cut() throws {
        let tables = try TestTables(lines: (0..<500).map { "{\"n\":\($0)}" }.joined(separator: "\n"))
        let result = try tables.queries.run("SELECT n FROM data ORDER BY n", limits: QueryLimits(rows: 3))
        #expect(result.rows == [[.integer(0)], [.integer(1)], [.integer(2)]])
        #expect(result.cut == .rows(limit: 3))
        #expect(try tables.queries.run("SELECT n FROM data", limits: QueryLimits(rows: 500)).cut == nil)
        let bytes = try tables.queries.run("SELECT hex('abcdefgh') || n FROM data", limits: QueryLimits(bytes: 100))
        #expect(bytes.cut == .bytes(limit: 100) && bytes.rows.count < 10)
        #expect(throws: QueryError.self) {
            try tables.rows("SELECT replace(hex(printf('%.*c', 90000, 'x')), '7', '77777')")
        }
    }

    @Test("Errors say what there is instead")
    func helpfulErrors() throws {
        let tables = try Self.tables()
        func message(_ sql: String) -> String {
            do {
                _ = try tables.queries.run(sql)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message("SELECT * FROM viewEvents") == "There is no table viewEvents. Tables and views: events.")
        #expect(message("SELECT A_D FROM events") == "There is no column A_D. Similar: events.ad.")
        #expect(message("SELECT x FROM events").contains("events has: ad, n, d."))
        #expect(message("SELECT hour(ad) FROM events").contains("strftime"))
        #expect(message("SELECT ad FROM events WHERE count(*) > 1").contains("HAVING"))
        #expect(message("SELEC 1").contains("syntax error"))
    }

    @Test("The schema stays short whatever the data")
    func schemaLength() throws {
        let wide = "[{" + (0..<280).map { "\"아주 긴 이름의 열 \($0)번째\":\"값 \($0)\"" }.joined(separator: ",") + "}]"
        for limit in [9_000, 2_000, 300] {
            #expect(try TestTables(json: wide).queries.catalogue.schemaText(bytes: limit).utf8.count <= limit)
        }
        let text = try Self.tables().queries.catalogue.schemaText()
        #expect(text.contains("Table events: 3 rows, from test"))
        #expect(text.contains("- ad text; 2 different; a (2), b (1)"))
        #expect(text.contains("- n integer; 1 to 2; 1 null; all different"))
    }
}
