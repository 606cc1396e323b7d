import DataTables
import SignageAnalyst
import Testing

@Suite struct MeasureAnswerTests {
    private let tables: SignageTables

    init() throws { tables = try SignageTables(try Sample(events: 400, days: 7).sources) }

    private func result(_ question: String) throws -> MeasureAnswer.Result {
        try MeasureAnswer.answer(question, over: tables.queries)
    }

    @Test(
        "A question with a condition that is not computed is refused",
        arguments: [
            "클릭하지 않은 조회수는?", "오전 조회수는?", "어제 클릭수는?", "조회수가 0인 광고는?", "재생당 조회수는?", "최대 체류 시간은?",
            "What is the maximum dwell time?", "2025년 조회수", "최근 클릭률", "클릭률 순위", "여성 재생수", "9시부터 12시까지의 조회수",
            "Average views by ad", "median attention time", "views of all ads except ad-001", "광고별 시간대별 요일별 조회수",
        ]
    )
    func refused(_ question: String) throws {
        guard case .refusal(let text) = try result(question) else {
            Issue.record("\(question): \(try result(question))")
            return
        }
        #expect(!text.isEmpty)
    }

    @Test(
        "A question with a word that is not understood is not answered as if the word were not there",
        arguments: [
            "콜라 광고의 조회수는?", "views for Pepsi ad", "views in Seoul Tower", "비 오는 날 조회수", "30초 광고의 조회수", "온라인 디바이스의 조회수",
            "views of devices that are offline", "show me clicks of the new notebook ad", "모바일 클릭수",
        ]
    )
    func unclear(_ question: String) throws {
        guard case .unclear = try result(question) else {
            Issue.record("\(question): \(try result(question))")
            return
        }
    }

    @Test(
        "A greeting or another subject is none of its business",
        arguments: ["안녕하세요", "How many devices are there?", ""]
    )
    func other(_ question: String) throws {
        #expect(try result(question) == .other)
        #expect(!MeasureAnswer.mayAnswer(question))
    }

    @Test("Data in the message and what a front end puts before the question are passed over")
    func embedded() throws {
        let question = "다음 데이터를 참고하세요. viewEvents: [{\"adId\":\"x\"}]\n\n질문: 총 조회수는?"
        guard case .answer(let answer) = try result(question), !answer.isWhole else {
            Issue.record("\(try result(question))")
            return
        }
        #expect(answer.text.contains("조회수: **400**"))
    }

    @Test("The analyst answers from the views first, and goes on with its sections where they have something to add")
    func combined() throws {
        let sample = try Sample(events: 400, as: .json)
        let document =
            "{" + SampleTable.allCases.map { "\"\($0.rawValue)\":\(sample.texts[$0] ?? "[]")" }.joined(separator: ",")
            + "}"
        let data = try systemData(document)
        let tables = try SignageTables(sample.sources)
        let answer = { (question: String) in
            let measured =
                MeasureAnswer.mayAnswer(question)
                ? try MeasureAnswer.answer(question, over: tables.queries) : nil
            return SignageAnalyst.answer(to: question, measured: measured, about: data, names: .none)
        }
        let views = try answer("클릭률이 가장 높은 광고는?")
        #expect(views.hasPrefix("클릭률 최고: **"))
        #expect(views.contains("### "))
        let plays = try answer("시청 전환율은?")
        #expect(plays.hasPrefix("- 시청 전환율: **") && !plays.contains("### "))
        #expect(plays.contains("규칙 기반 분석기"))
        let unknown = try answer("체류 시간의 중앙값은?")
        #expect(unknown.hasPrefix("이 질문의 중앙값은(는) 이 분석기가 계산하지 않습니다."))
        let other = "안녕하세요"
        #expect(try answer(other) == SignageAnalyst.answer(to: other, about: data))
    }

    @Test("Ads that count their own views are believed where the events know of no clicks")
    func ownCounts() throws {
        let tables = try SignageTables(csv: [
            ("targetedAds", "id,title,views,clicks\na,A,100,5\nb,B,50,9\n"),
            ("viewEvents", "id,adId,viewedAt\n1,b,2026-03-02 10:00:00\n"),
        ])
        #expect(try MeasureAnswer.answer("조회수가 가장 많은 광고는?", over: tables.queries) == .other)
    }
}
