import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct HostileInputTests {
    private func survives(_ data: SignageData, question: String) {
        #expect(!SignageAnalyst.answer(to: question, about: data).isEmpty)
        #expect((SignageAnalyst.profile(of: data)?.count ?? 0) <= 6000)
    }

    @Test(
        "Whatever a message holds, it is answered",
        arguments: [
            "", " ", "[", "{", "]", "[{", "[[", "{\"", "[{\"", "광고: [", "광고 데이터: [{\"", "광고 데이터:", "\u{0}",
            "\u{FEFF}[{}]", "\"\\", "[\"\\",
            "광고 데이터: [{\"a\":\"\\ud800\"}]", "광고 데이터: [{\"\\u12\":1}]", "광고 데이터: [{\"a\\q\":1},{\"b\":2}]",
            "👩‍👩‍👧‍👦 광고 데이터: [1,2,{},[],null]",
            "총 99999999999999999999999개의 광고", "총 1,2,3,개 광고", "광고 데이터: [{\"id\":1e999}]", "광고 데이터: [{\"id\":-0}]",
            "질문:", "질문: ", "top 0",
            "top 99999999999999999999", "[{}]", "{\"targetedAds\":", "{\"targetedAds\":[{\"id\":1},{\"id",
            "{\"targetedAds\":{\"a\":1}}",
            "{\"viewEvents\":\"[{\"}", "{\"viewEvents\":null}", "：：：", "광고 데이터：[{\"id\":1}]",
        ]
    )
    func messages(_ message: String) {
        survives(SignageData(systemData: [], messages: [message]), question: message)
    }

    @Test(
        "Whatever the fields hold, it is answered",
        arguments: [
            "{}", "null", "1", "[]", "{\"id\":{}}", "{\"id\":[[[1]]]}", "{\"id\":true,\"adId\":false}",
            "{\"id\":\"\",\"adId\":\"  \"}",
            "{\"dwellTime\":1e308,\"views\":1e308,\"clicks\":1e308,\"plays\":-1e308}",
            "{\"viewedAt\":9223372036854775807}",
            "{\"viewedAt\":-9223372036854775808,\"dwellTime\":-9223372036854775808}",
            "{\"viewedAt\":\"\",\"clicked\":\"maybe\"}",
            "{\"viewedAt\":\"9999-12-31T23:59:60+99:99\"}", "{\"viewedAt\":{\"$date\":\"2026-03-02T10:00:00Z\"}}",
            "{\"age\":1e300,\"gender\":[]}",
            "{\"age\":-5,\"eventType\":{}}",
            "{\"startTime\":\"2026-03-02T10:00:00\",\"endTime\":\"2026-03-02T09:00:00\"}",
            "{\"a\":1,\"a\":2,\"adId\":1,\"adId\":2}", "{\"\":\"\",\" \":\" \"}", "{\"views\":9007199254740993}",
            "{\"dwellTime\":\"1:2:3:4\"}",
            "{\"dwellTime\":\"--초\"}", "{\"status\":{},\"location\":[],\"lastSeen\":[]}",
        ]
    )
    func fields(_ row: String) throws {
        let table = "[\(row),\(row),\(row)]"
        let data = try systemData(#"{"targetedAds":\#(table),"signages":\#(table),"viewEvents":\#(table)}"#)
        for question in ["전체 요약", "trend", "plays and dwell time", "데이터 품질", "fields"] {
            survives(data, question: question)
        }
    }

    @Test("Sums beyond what a number can hold are no figures")
    func overflow() throws {
        let document = #"{"targetedAds":[{"id":1,"views":1e308,"clicks":1},{"id":2,"views":1e308,"clicks":1}]}"#
        let answer = AnswerReading(SignageAnalyst.answer(to: "click rate by ad", about: try systemData(document)))
        #expect(answer.row("**Total**")?[2] == "**–**")
    }

    @Test("Deep nesting is refused without harm")
    func nesting() throws {
        let deep = String(repeating: "[", count: 100_000)
        survives(SignageData(systemData: [], messages: ["광고 데이터: \(deep)"]), question: "?")
        let objects = String(repeating: "{\"a\":", count: 50_000)
        survives(SignageData(systemData: [], messages: ["광고 데이터: [\(objects)"]), question: "?")
        var value = JSONValue.integer(1)
        for _ in 0..<200 { value = .object(JSONObject([("id", value)])) }
        let row = try #require(value.objectValue)
        survives(
            SignageData(systemData: [JSONObject([("viewEvents", .array([.object(row)]))])], messages: []),
            question: "요약"
        )
    }

    @Test(
        "The time for a message grows no faster than its size",
        arguments: [
            "[", "{", "[{", "{\"", "{\"a\":", "[{\"a\":", "광고 데이터: [", "광고 데이터: [{\"a\":[", "\"광고:[\",",
            "[{\"광고 데이터: [\":1},", "{\"x\":{\"targetedAds\":[",
            "총 12개 광고 ", "광고", "[{}]", "a: [{}]\n", "[{\"a\":1}, x]", "\n", "{}", "광고 데이터: [{\"a\":\"", "질문:",
        ]
    )
    func linear(_ piece: String) {
        let clock = ContinuousClock()
        func time(_ bytes: Int) -> Duration {
            let message = String(repeating: piece, count: bytes / piece.utf8.count)
            return clock.measure { survives(SignageData(systemData: [], messages: [message]), question: message) }
        }
        // Quadratic work would take 64 times as long for eight times the text; a busy machine is allowed for.
        let small = time(5000)
        let large = time(40_000)
        #expect(large < small * 24 + .milliseconds(500), "\(small) for 5 kB, \(large) for 40 kB")
    }

    @Test("Rows with names of their own do not make the work or the answer grow without bound")
    func manyNames() throws {
        let rows = (0..<1000).map { #"{"f\#($0)":\#($0),"adId":"a\#($0)","deviceId":"d\#($0)","location":"l\#($0)"}"# }
        let data = try systemData(#"{"viewEvents":[\#(rows.joined(separator: ","))]}"#)
        let answer = SignageAnalyst.answer(to: "overview", about: data)
        #expect(answer.count < 20_000)
        #expect(answer.contains("First 20 of 1,000"))
    }
}
