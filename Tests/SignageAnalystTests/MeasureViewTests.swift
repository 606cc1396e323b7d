import AssistantsAPI
import DataTables
import Foundation
import SignageAnalyst
import Testing

@Suite struct MeasureViewTests {
    private static let groupings = [
        ("by_ad", "signage_by_ad", "ad_id"), ("by_device", "signage_by_device", "device_id"),
        ("by_location", "signage_by_location", "location"), ("by_hour", "signage_by_hour", "hour"),
        ("by_weekday", "signage_by_weekday", "weekday"), ("by_date", "signage_by_date", "date"),
    ]

    @Test("The views have the figures that the data were made with", arguments: SampleRowText.Format.allCases)
    func truth(_ format: SampleRowText.Format) throws {
        let sample = try Sample(events: 3000, as: format)
        let tables = try SignageTables(sample.sources)

        for (group, view, key) in Self.groupings {
            let expected = try #require(sample.truth[group]?.objectValue)
            let rows = try tables.rows(
                "SELECT \(key), plays, exposure_s, ots, watchers, views, clicks, avg_dwell_s, attraction_ratio, click_rate FROM \(view)"
            )
            for (name, figures) in expected.members where figures["plays"] != .integer(0) {
                let row = try #require(rows.first { $0[0] == name })
                let wanted = ["plays", "exposure_s", "ots", "watchers"].map { String(figures[$0]?.intValue ?? -1) }
                #expect(Array(row[1...4]) == wanted)
                guard let views = figures["views"]?.intValue, views > 0, let clicks = figures["clicks"]?.intValue,
                    let dwell = figures["dwell_tenths"]?.doubleValue,
                    let look = figures["attention_tenths"]?.doubleValue
                else { continue }
                #expect(Array(row[5...6]) == [String(views), String(clicks)])
                #expect(abs((Double(row[7]) ?? 0) - dwell / 10 / Double(views)) < 1e-9)
                #expect(abs((Double(row[8]) ?? 0) - look / dwell) < 1e-9)
                #expect(abs((Double(row[9]) ?? 0) - Double(clicks) / Double(views)) < 1e-9)
            }
        }
        for (device, reports) in try #require(sample.truth["uptime"]?.objectValue).members {
            let row = try tables.rows("SELECT uptime_ratio FROM signage_by_device WHERE device_id = '\(device)'")
            let wanted = (reports["online"]?.doubleValue ?? 0) / (reports["reports"]?.doubleValue ?? 1)
            #expect(abs((Double(row.first?.first ?? "") ?? -1) - wanted) < 1e-9)
        }
    }

    @Test("The same seed gives the same data, another seed other data")
    func deterministic() throws {
        let first = try Sample(events: 500)
        #expect(try Sample(events: 500).texts == first.texts)
        #expect(try Sample(events: 500, seed: 8).texts != first.texts)
        #expect(first.truth["rows"]?["viewEvents"] == .integer(500))
        #expect(first.texts[.viewEvents]?.split(separator: "\n").count == 500)
    }

    @Test("Fields are known by Korean names, units and texts of all kinds")
    func mapping() throws {
        let tables = try SignageTables(csv: [
            ("광고", "광고ID,광고명\n1,봄 세일\n2,신제품\n2,신제품 (중복)\n"),
            ("기기 목록", "단말ID,단말명,설치위치,상태\nA,로비,서울,정상\nB,후문,부산,장애\n"),
            (
                "2026-03 시청로그",
                """
                광고ID,단말ID,시청시각,체류시간(ms),주목시간(초),클릭여부,나이
                1,A,2026. 3. 2. 오전 9:05:00,1500,1,Y,34
                1,B,2026. 3. 2. 오후 9:05:00,2500,,N,35
                2,A,2026. 3. 3. 오전 9:05:00,4000,2.5,예,
                9,C,2026. 3. 8. 오전 9:05:00,-1,0,아니오,8
                """
            ),
        ])

        #expect(
            try tables.rows("SELECT ad, views, clicks, avg_dwell_s FROM signage_by_ad ORDER BY views DESC, ad") == [
                ["봄 세일", "2", "1", "2.0"], ["9", "1", "0", "NULL"], ["신제품", "1", "1", "4.0"],
            ]
        )
        #expect(
            try tables.rows("SELECT hour, views, watchers FROM signage_by_hour") == [
                ["9", "3", "2"], ["21", "1", "NULL"],
            ]
        )
        #expect(
            try tables.rows("SELECT location, device, weekday, age_group FROM signage_views") == [
                ["서울", "로비", "1", "30–39"], ["부산", "후문", "1", "30–39"], ["서울", "로비", "2", "NULL"],
                ["NULL", "C", "7", "0–9"],
            ]
        )
        #expect(try tables.rows("SELECT device, online FROM signage_devices") == [["로비", "1"], ["후문", "0"]])
    }

    @Test("Types of events tell views, clicks and playbacks apart; numbers without a unit are told by their size")
    func events() throws {
        let tables = try SignageTables(csv: [
            (
                "viewEvents",
                "adId,type,timestamp,dwellTime\na,view,2026-03-02 09:00:00,3000\na,click,2026-03-02 09:00:00,\na,play,,5000\n"
            )
        ])

        let rows = try tables.rows("SELECT views, clicks, avg_dwell_s FROM signage_by_ad")
        #expect(rows == [["1", "1", "4.0"]])
    }

    @Test("Names that a user adds go before those that are known")
    func addedNames() throws {
        let names = try FieldNames(
            json: #"{"fields":{"adID":["소재코드"],"dwell":["stay sec"]},"tables":{"viewEvents":["rawlog"]}}"#
        )
        let csv = [("rawlog", "소재코드,stay_sec,when\nx,4,1\nx,6,2\n")]

        #expect(
            try SignageTables(csv: csv, names: names).rows("SELECT ad, views, avg_dwell_s FROM signage_by_ad")
                == [["x", "2", "5.0"]]
        )
        #expect(try SignageTables(csv: csv).queries.catalogue.views.isEmpty)
        let dotted = try FieldNames(json: #"{"fields":{"adID":["data.adId"],"deviceID":["d.device id"]}}"#)
        let views = [("viewEvents", "data.adId,d.device id,viewedAt\nx,y,2026-03-02 09:00:00\n")]
        #expect(
            try SignageTables(csv: views, names: dotted).rows("SELECT ad, device FROM signage_views") == [["x", "y"]]
        )
        for fault in ["[", #"{"fields":{"nope":["x"]}}"#, #"{"tables":{"viewEvents":"x"}}"#, #"{"tables":{"x":[]}}"#] {
            #expect(throws: FieldNames.Fault.self) { try FieldNames(json: fault) }
        }
    }

    @Test("A model is told the measures that the data has, and which it has not")
    func guide() throws {
        let tables = try SignageTables(csv: [("viewEvents", "adId,viewedAt,clicked\na,2026-03-02 09:00:00,true\n")])
        let guide = try #require(MeasureGuide.text(for: tables.queries.catalogue))

        #expect(guide.contains("- click_rate: clicks / views"))
        #expect(guide.contains("Not in this data: plays, exposure_s, screens, ots, watchers"))
        let full = try SignageTables(try Sample(events: 200).sources)
        let whole = full.queries.catalogue.schemaText() + (MeasureGuide.text(for: full.queries.catalogue) ?? "")
        #expect(whole.utf8.count < 12_000)
        #expect(
            try SignageTables(csv: [("signage_views", "adId,viewedAt\na,2026-03-02\n")]).queries.catalogue.views.isEmpty
        )
        let none = try SignageTables(csv: [("sales", "month,amount\n1,2\n")])
        #expect(MeasureGuide.text(for: none.queries.catalogue) == nil)
    }
}
