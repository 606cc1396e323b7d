import DataTables
import Foundation
import Testing

@Suite struct LoadingTests {
    @Test("Nested objects become columns named by their path, arrays stay JSON, MongoDB's wrappers are taken off")
    func flattening() throws {
        let tables = try TestTables(
            json: #"""
                [{"_id":{"$oid":"64af"},"place":{"name":"강남","geo":{"lat":37.5,"deep":{"er":1}}},"tags":["a","b"]},
                {"_id":{"$oid":"64b0"},"place":null,"tags":[]}]
                """#
        )

        #expect(
            try tables.rows("SELECT * FROM data") == [
                ["64af", "강남", "37.5", #"{"er":1}"#, #"["a","b"]"#], ["64b0", "NULL", "NULL", "NULL", "[]"],
            ]
        )
        #expect(
            tables.queries.catalogue.tables[0].columns.map(\.name) == [
                "_id", "place_name", "place_geo_lat", "place_geo_deep", "tags",
            ]
        )
    }

    @Test("A document's arrays are tables, wherever they are, and what is beside them is a row")
    func documents() throws {
        let tables = try TestTables(
            json: #"{"period":"2026-03","data":{"viewEvents":[{"id":1},{"id":2}],"total":2},"signages":[{"id":"a"}]}"#
        )

        #expect(tables.queries.catalogue.tables.map(\.name) == ["data_viewEvents", "signages", "data"])
        #expect(try tables.rows("SELECT count(*) FROM data_viewEvents") == [["2"]])
        #expect(try tables.rows("SELECT period, data_total FROM data") == [["2026-03", "2"]])
    }

    @Test("Korean column names and dates are understood, and names that SQL does not know are quoted")
    func korean() throws {
        let tables = try TestTables(
            csv: """
                광고명,시청 시각,"체류시간(초)",order
                봄맞이 세일,2026. 3. 2. 오후 3:05:00,"1,234.5",1
                신제품,2026년 3월 3일 9시 30분,7,2
                """
        )

        #expect(
            try tables.rows(#"SELECT 광고명, "시청 시각", "체류시간(초)", "order" FROM data"#) == [
                ["봄맞이 세일", "2026-03-02 15:05:00", "1234.5", "1"], ["신제품", "2026-03-03 09:30:00", "7.0", "2"],
            ]
        )
        #expect(try tables.column("시청 시각").kind == .dateTime)
        #expect(tables.queries.catalogue.schemaText().contains(#""체류시간(초)" decimal; 7.0 to 1234.5"#))
    }

    @Test("Times keep the clock of their place, and numbers are times only under a name that says so")
    func times() throws {
        let tables = try TestTables(
            json: #"""
                [{"viewedAt":"2026-03-02T09:00:00+09:00","createdAt":1772409600123,"day":20260302,"count":1772409600123},
                {"viewedAt":"2026-03-02T23:59:59.250+09:00","createdAt":1772409600000,"day":20260303,"count":1}]
                """#
        )

        #expect(
            try tables.rows("SELECT viewedAt, createdAt, day, count FROM data") == [
                ["2026-03-02 09:00:00", "2026-03-02 00:00:00.123", "2026-03-02", "1772409600123"],
                ["2026-03-02 23:59:59.250", "2026-03-02 00:00:00", "2026-03-03", "1"],
            ]
        )
        #expect(try tables.column("viewedAt").notes == ["zone +09:00"])
        #expect(try tables.column("day").kind == .date)
        #expect(try tables.rows("SELECT strftime('%H', viewedAt) FROM data") == [["09"], ["23"]])
    }

    @Test("Numbers beyond what SQL keeps stay as they were written, wherever in the data they come")
    func exactNumbers() throws {
        let filler = (0..<6000).map { "{\"id\":\($0),\"price\":1.25}" }.joined(separator: "\n")
        let tables = try TestTables(
            lines: """
                {"id":9007199254740993,"price":0.1,"code":"007"}
                \(filler)
                {"id":-9223372036854775808,"price":12345678901234567890.123,"code":"12"}
                """
        )

        #expect(try tables.column("price").kind == .text)
        #expect(
            try tables.rows("SELECT id, price, code FROM data WHERE code IS NOT NULL ORDER BY rowid") == [
                ["9007199254740993", "0.1", "007"], ["-9223372036854775808", "12345678901234567890.123", "12"],
            ]
        )
        #expect(try tables.rows("SELECT count(*) FROM data WHERE price = '1.25'") == [["6000"]])
    }

    @Test("A column of whole numbers that turns out to have decimals divides as decimals do")
    func lateDecimals() throws {
        let filler = (0..<6000).map { _ in "{\"n\":3}" }.joined(separator: "\n")
        let tables = try TestTables(lines: filler + "\n{\"n\":0.5}\n{\"late\":true}")

        #expect(try tables.rows("SELECT n / 2 FROM data LIMIT 1") == [["1.5"]])
        #expect(try tables.rows("SELECT count(*), sum(n), sum(late) FROM data") == [["6002", "18000.5", "1"]])
    }

    @Test("Empty fields are null, quotes may hold anything, and rows of other lengths are kept")
    func separated() throws {
        let tables = try TestTables(csv: "name,n\r\n\"a \"\"b\"\", c\nd\",1\r\n,\r\nx\r\ny,2,extra\r\n")

        #expect(
            try tables.rows("SELECT * FROM data") == [
                ["a \"b\", c\nd", "1", "NULL"], ["x", "NULL", "NULL"], ["y", "2", "extra"],
            ]
        )
        #expect(try TestTables(csv: "a;b\n1,5;2").rows("SELECT * FROM data") == [["1,5", "2"]])
        #expect(try TestTables(csv: "1,2\n3,4").rows("SELECT column_2 FROM data") == [["2"], ["4"]])
    }

    @Test("Text in CP949 and UTF-16 is read")
    func encodings() throws {
        let cp949: [UInt8] = [0xB1, 0xA4, 0xB0, 0xED, 0x2C, 0x6E, 0x0A, 0xBA, 0xBD, 0x2C, 0x31, 0x0A]
        let utf16 = "\u{FEFF}광고,n\n봄,1\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        for bytes in [cp949, utf16, Array("\u{FEFF}광고,n\n봄,1\n".utf8)] {
            let path = NSTemporaryDirectory() + "encoded-\(UUID().uuidString)"
            defer { unlink(path) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let source = try #require(DataSource(file: path, filename: "광고.csv"))

            #expect(try TestTables([source]).rows("SELECT 광고, n FROM 광고") == [["봄", "1"]])
        }
    }

    @Test("Faulty lines are left out and said; a cut array keeps what came before")
    func faults() throws {
        let lines = try TestTables(lines: "{\"a\":1}\nnonsense\n\n{\"a\":2}\n[3]\n")
        #expect(try lines.rows("SELECT sum(a) FROM data") == [["3"]])
        #expect(lines.queries.catalogue.tables[0].notes == ["2 rows left out (line 2: expecting an object)"])
        let cut = try TestTables(json: #"[{"a":1},{"a":2},{"a":"#)
        #expect(try cut.rows("SELECT sum(a) FROM data") == [["3"]])
        #expect(cut.queries.catalogue.tables[0].notes.count == 1)
        #expect(throws: DataLoadError.empty) { try TestTables(json: "[]") }
    }

    @Test("Names that SQL takes for one get numbers")
    func names() throws {
        let tables = try TestTables(json: #"[{"Id":1,"id":2,"":3,"a\"b":4,"select":5}]"#)

        #expect(
            tables.queries.catalogue.tables[0].columns.map(\.name) == ["Id", "id_2", "column_3", "a'b", "select"]
        )
        let twice = DataSource(name: "t", format: .jsonLines, content: .text("{\"a\":1}"), origin: "x")
        #expect(try TestTables([twice, twice]).queries.catalogue.tables.map(\.name) == ["t", "t_2"])
    }

    @Test("Tables that would take too much room are refused")
    func tooLarge() throws {
        let path = NSTemporaryDirectory() + "large-\(UUID().uuidString)"
        let builder = try TableBuilder(path: path, limit: 1 << 20)
        let rows = (0..<40_000).map { "{\"id\":\"a rather long name of number \($0)\"}" }.joined(separator: "\n")

        #expect(throws: DataLoadError.tooLarge(limit: 1 << 20)) {
            try builder.add(DataSource(name: "t", format: .jsonLines, content: .text(rows), origin: "x"))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("Descriptions count every value", arguments: [10, 30_000])
    func descriptions(_ rows: Int) throws {
        let lines = (0..<rows).map { index in
            let note = index % 5 == 0 ? "null" : "\"n\""
            return "{\"id\":\"e\(index)\",\"ad\":\"ad-\(index % 4)\",\"n\":\(index),\"note\":\(note)}"
        }
        let tables = try TestTables(lines: lines.joined(separator: "\n"))

        let ad = try tables.column("ad")
        #expect(ad.distinct == 4 && ad.isDistinctExact && ad.nulls == 0)
        #expect(ad.frequent.map(\.count).reduce(0, +) == rows)
        #expect(try tables.column("n").range == ColumnDescription.Range(smallest: "0", largest: "\(rows - 1)"))
        #expect(try tables.column("note").nulls == (rows + 4) / 5)
        let different = try tables.column("id").distinct
        #expect(abs(different - rows) <= rows / 15)
        let counted = try tables.rows("SELECT ad, count(*) FROM data GROUP BY ad ORDER BY ad")
        #expect(counted.map { $0[0] } == ["ad-0", "ad-1", "ad-2", "ad-3"])
    }
}
