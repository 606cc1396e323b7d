import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct NoDataTests {
    @Test("Without data the answer says what to send, in both forms")
    func guide() {
        let empty = SignageData(systemData: [], messages: ["광고별 클릭률 알려줘"])
        let korean = SignageAnalyst.answer(to: "광고별 클릭률 알려줘", about: empty)
        let english = SignageAnalyst.answer(to: "click rate by ad", about: empty)

        #expect(empty.isEmpty)
        #expect(korean.contains("system_data") && korean.contains("타겟광고 데이터: [") && korean.contains("시청 이벤트 데이터: ["))
        #expect(english.contains("system_data") && english.contains("View events data: ["))
        #expect(SignageAnalyst.profile(of: empty) == nil)
    }

    @Test("The examples that the answer shows are data that it understands", arguments: ["데이터?", "data?"])
    func exampleWorks(_ question: String) throws {
        let empty = SignageData(systemData: [], messages: [])
        let guide = SignageAnalyst.answer(to: question, about: empty)
        let blocks = guide.split(separator: "```").map(String.init)
        let json = try #require(blocks.first { $0.hasPrefix("json\n") }).dropFirst(5)
        let request = try #require(JSONValue(parsing: String(json)).objectValue)
        let document = try #require(request["system_data"]?.objectValue)
        let text = try #require(blocks.first { $0.hasPrefix("text\n") })

        for data in [
            SignageData(systemData: [document], messages: []), SignageData(systemData: [], messages: [String(text)]),
        ] {
            let answer = AnswerReading(SignageAnalyst.answer(to: "overview", about: data))
            #expect(answer.row("view events") == ["view events", "1"])
            #expect(answer.row("click rate (clicks ÷ views)")?.last == "100.0%")
            #expect(!answer.text.contains("cannot be read"))
        }
    }

    @Test("An object without tables is no data")
    func noTables() throws {
        #expect(try systemData("{}").isEmpty)
        #expect(try systemData(#"{"note":"x","n":{"m":1}}"#).isEmpty)
    }
}
