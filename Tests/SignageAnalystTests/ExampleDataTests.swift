import AssistantsAPI
import Foundation
import SignageAnalyst
import Testing

/// The figures here were counted by a script apart from the analyst.
@Suite struct ExampleDataTests {
    private static func example(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: root.appending(path: "Examples/data/\(name)"), encoding: .utf8)
    }

    @Test("The example data are analysed as documented")
    func sample() throws {
        let data = try systemData(Self.example("signage-sample.json"))
        let answer = AnswerReading(SignageAnalyst.answer(to: "전체 요약", about: data))
        #expect(answer.row("시청 이벤트") == ["시청 이벤트", "60"])
        #expect(answer.row("클릭률 (클릭 ÷ 조회)")?.last == "20.0%")
        #expect(answer.row("봄맞이 운동화 세일")?.prefix(5) == ["봄맞이 운동화 세일", "ad-101", "18", "5", "27.8%"])
        #expect(answer.row("서울 강남구", in: "위치별")?.prefix(5) == ["서울 강남구", "2", "28", "5", "17.9%"])
        #expect(answer.row("12:00–12:59")?[1] == "14")
        #expect(answer.row("부산 서면 지하상가", in: "오프라인")?[3] == "오프라인")
        #expect(answer.row("수원역 대합실", in: "오프라인")?.last == "0")
        #expect(answer.text.contains("`ad-199`"))
    }

    @Test("The example message carries the same data in its text")
    func message() throws {
        let message = try Self.example("chat-message-ko.txt")
        let fromText = SignageData(systemData: [], messages: [message])
        let fromDocument = try systemData(Self.example("signage-sample.json"))
        #expect(SignageAnalyst.profile(of: fromText) == SignageAnalyst.profile(of: fromDocument))
        let answer = AnswerReading(SignageAnalyst.answer(to: message, about: fromText))
        #expect(answer.titles(in: "광고별").first == "새 학기 노트북 특가")
        #expect(answer.row("수원역 대합실")?.last == "0")
    }
}
