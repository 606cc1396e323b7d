import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct MessageTextTests {
    @Test("The three labelled arrays of the front end are found in a message")
    func frontEnd() {
        let message = """
            타겟광고 데이터: \(SmallData.ads)
            디바이스 데이터: \(SmallData.devices)
            시청 이벤트 데이터: \(SmallData.events)

            광고별 클릭률을 알려줘
            """
        let answer = AnswerReading(answer(toMessage: message))
        #expect(answer.row("Alpha")?.prefix(5) == ["Alpha", "a", "4", "2", "50.0%"])
        #expect(answer.titles(in: "광고별") == ["Alpha", "Beta"])
    }

    @Test(
        "Labels are found in all the ways people write them",
        arguments: [
            ("광고 데이터", "사이니지 데이터", "시청이벤트"), ("타겟 광고 데이터", "디바이스 목록", "시청 이벤트 목록"),
            ("Targeted ads data", "Devices data", "View events data"), ("targeted_ads", "device", "view-events"),
            ("**타겟광고 데이터**", "## 디바이스 데이터", "- 시청 이벤트 데이터 (최근 7일)"), ("TargetedAds", "Signages", "ViewEvents"),
            ("타겟광고 데이터 (총 2개)", "디바이스 데이터(3개)", "시청 이벤트 데이터 – 총 6건"),
        ]
    )
    func labels(_ ads: String, _ devices: String, _ events: String) {
        for (separator, open, close) in [
            (": ", "", ""), (":\n", "", ""), (" :\n\n", "```json\n", "\n```"), (" = ", "", ""),
        ] {
            let message = """
                \(ads)\(separator)\(open)\(SmallData.ads)\(close)
                \(devices)\(separator)\(open)\(SmallData.devices)\(close)
                \(events)\(separator)\(open)\(SmallData.events)\(close)
                overview
                """
            let answer = AnswerReading(answer(toMessage: message))
            #expect(
                answer.row("targeted ads") ?? answer.row("타겟광고") == [answer.row("targeted ads")?[0] ?? "타겟광고", "2"]
            )
            #expect((answer.row("devices") ?? answer.row("디바이스"))?.last == "3")
            #expect((answer.row("view events") ?? answer.row("시청 이벤트"))?.last == "6")
            #expect(!answer.text.contains("states") && !answer.text.contains("적혀 있지만"))
        }
    }

    @Test("A pasted object with the three keys is found, as are arrays without labels by their fields")
    func pastedObject() {
        for message in [
            "분석해줘 \(SmallData.document) 부탁해", "```json\n{\"system_data\": \(SmallData.document)}\n```\n분석해줘",
            "\(SmallData.events) 분석해줘",
        ] {
            #expect(AnswerReading(answer(toMessage: message)).row("시청 이벤트") == ["시청 이벤트", "6"])
        }
    }

    @Test("A newer message's table replaces the older one and leaves the others")
    func replacement() {
        let first = "광고 데이터: \(SmallData.ads)\n시청 이벤트 데이터: \(SmallData.events)"
        let second = #"시청 이벤트 데이터: [{"adId":"b","clicked":true}]"#
        let data = SignageData(systemData: [], messages: [first, second, "클릭률은?"])
        let answer = AnswerReading(SignageAnalyst.answer(to: "전체 요약", about: data))
        #expect(answer.row("시청 이벤트") == ["시청 이벤트", "1"])
        #expect(answer.row("Beta")?.suffix(3) == ["1", "1", "100.0%"])
        #expect(answer.row("Alpha")?.suffix(3) == ["0", "0", "–"])
    }

    @Test("A later document replaces a table of the same name, and a message replaces both")
    func documents() throws {
        func document(_ count: Int) -> String {
            #"{"viewEvents":["# + (0..<count).map { #"{"id":\#($0),"adId":"a"}"# }.joined(separator: ",") + "]}"
        }
        let documents = try [3, 5].map { try #require(try JSONObject(text: document($0))) }
        let later = SignageData(systemData: documents, messages: [])
        let message = SignageData(systemData: documents, messages: [#"view events: [{"adId":"a"}]"#])
        let ordered = SignageData(sources: [.message(#"view events: [{"adId":"a"}]"#), .systemData(documents[0])])
        for (data, count) in [(later, "5"), (message, "1"), (ordered, "3")] {
            let answer = AnswerReading(SignageAnalyst.answer(to: "overview", about: data))
            #expect(answer.row("view events") == ["view events", count])
        }
    }

    @Test(
        "An array that is cut off is reported, and its complete rows are used",
        arguments: [
            #"시청 이벤트 데이터: [{"adId":"a"},{"adId":"b"},{"adId":"c"#, #"시청 이벤트 데이터: [{"adId":"a"},{"adId":"b"},{"adI"#,
            #"시청 이벤트 데이터: [{"adId":"a"},{"adId":"b"}"#, #"시청 이벤트 데이터: [{"adId":"a"},{"adId":"b"},"#,
            #"시청 이벤트 데이터: [{"adId":"a"},{"adId":"b"},{"x":tr"#,
            "시청 이벤트 데이터: [{\"adId\":\"a\"},{\"adId\":\"b\"},{\"adId\":\"c\n\n전체 분석해줘",
        ]
    )
    func cutOff(_ message: String) {
        let answer = AnswerReading(answer(toMessage: message))
        #expect(answer.row("시청 이벤트") == ["시청 이벤트", "2"])
        #expect(answer.text.contains("배열이 중간에 잘렸습니다. 온전한 2행만 계산했습니다.") || answer.text.contains("그 앞의 2행만 계산했습니다"))
    }

    @Test(
        "An array that is no JSON is reported",
        arguments: [
            "디바이스 데이터: [object Object]", "디바이스 데이터: [{id: 1}]", "디바이스 데이터: [{'id': 1}]", "디바이스 데이터: [undefined]",
            #"디바이스 데이터: [{"id":1}{"id":2}]"#, #"디바이스 데이터: [{"id":1},{"id":NaN},{"id":3}]"#, #"디바이스 데이터: [{"id":1},]"#,
        ]
    )
    func broken(_ message: String) {
        let answer = answer(toMessage: message + "\n데이터에 문제가 있어?")
        #expect(
            answer.contains("디바이스(`signages`) 배열이 JSON 형식에 어긋납니다") || answer.contains("디바이스(`signages`) 배열을 읽을 수 없습니다")
        )
    }

    @Test("A broken newer array that gives no row leaves the older one in use, and is reported")
    func brokenNewer() {
        let data = SignageData(
            systemData: [],
            messages: ["광고 데이터: \(SmallData.ads)", "광고 데이터: [object Object]"]
        )
        let answer = SignageAnalyst.answer(to: "overview", about: data)
        #expect(AnswerReading(answer).row("targeted ads") == ["targeted ads", "2"])
        #expect(answer.contains("cannot be read") && answer.contains("The array sent before is used."))
    }

    @Test("Data behind a broken array are still found")
    func behindFault() {
        let message = """
            타겟광고 데이터: [{"id":"a","title":"Alpha"},{"id":"b","title":"B 디바이스 데이터: \(SmallData.devices)
            시청 이벤트 데이터: \(SmallData.events)
            전체 요약
            """
        let answer = AnswerReading(answer(toMessage: message))
        #expect(answer.row("타겟광고") == ["타겟광고", "1"])
        #expect(answer.row("디바이스") == ["디바이스", "3"])
        #expect(answer.row("시청 이벤트") == ["시청 이벤트", "6"])
    }

    @Test("Brackets and braces in a sentence are no data")
    func sentences() {
        for message in ["광고 [참고] 클릭률은?", "[1] 질문 {a}", "광고(배너) [링크](http://a.b) {x} []", "[[1,2],[3]] {\"a\":1}"] {
            #expect(SignageData(systemData: [], messages: [message]).isEmpty, "\(message)")
        }
    }

    @Test("The question behind a mark is the question, whatever a front end writes before it")
    func mark() {
        let message = """
            당신은 분석가입니다. 시간대별, 요일별, 디바이스별 데이터를 분석하세요.
            시청 이벤트 데이터: \(SmallData.events)
            사용자 질문: Which ad has the most clicks?
            """
        let answer = AnswerReading(answer(toMessage: message))
        #expect(answer.titles(in: "By ad") == ["a", "b"])
        #expect(!answer.text.contains("By hour"))
    }
}
