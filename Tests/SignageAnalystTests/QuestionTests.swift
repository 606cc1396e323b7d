import SignageAnalyst
import Testing

@Suite struct QuestionTests {
    private static let sections = [
        "전체 합계", "광고별", "디바이스별", "위치별", "시간대별", "요일별", "추이", "시청자", "오프라인", "누락", "필드",
    ]

    @Test(
        "A question gets the sections that it asks for and no others",
        arguments: [
            ("광고별 조회수 알려줘", ["광고별"]), ("클릭률이 가장 높은 광고는?", ["광고별"]), ("디바이스별 시청 현황", ["디바이스별"]),
            ("지역별로 비교해줘", ["위치별"]), ("어느 시간대에 많이 봐?", ["시간대별"]), ("요일별 시청 수", ["요일별"]), ("언제 가장 붐벼?", ["시간대별", "요일별"]),
            ("꺼진 기기 있어?", ["오프라인"]), ("일별 추이", ["추이"]), ("시청자 연령대는?", ["시청자"]), ("데이터에 누락이 있나요?", ["누락"]),
            ("시간대별 광고 클릭률", ["시간대별"]), ("체류 시간은?", ["디바이스별", "위치별"]), ("광고별 체류 시간", ["광고별"]),
            ("광고가 총 몇 개야?", ["전체 합계", "광고별"]),
        ]
    )
    func sections(_ question: String, _ expected: [String]) throws {
        let answer = SignageAnalyst.answer(to: question, about: try systemData(SmallData.document))
        let headings = answer.split(separator: "\n").filter { $0.hasPrefix("### ") }
        let found = Self.sections.filter { section in headings.contains { $0.contains(section) } }
        #expect(Set(found) == Set(expected))
    }

    @Test(
        "An unspecific question gets the overview",
        arguments: [
            "분석해줘", "이 데이터 어때?", "현황 요약", "광고, 디바이스, 시청 이벤트 데이터를 분석해 주세요", "summary please", "What do the data show?",
        ]
    )
    func overview(_ question: String) throws {
        let answer = SignageAnalyst.answer(to: question, about: try systemData(SmallData.document))
        for heading in [
            ("전체 합계", "Totals"), ("광고별 성과", "By ad"), ("위치별", "By location"), ("요일별", "By weekday"),
            ("데이터의 누락", "Missing"),
        ] {
            #expect(answer.contains("### " + heading.0) || answer.contains("### " + heading.1), "\(heading)")
        }
    }

    @Test(
        "A greeting or something else gets a short answer with totals",
        arguments: ["안녕하세요!", "hello", "고마워", "오늘 날씨 알려줘", "Who won the world cup?", "tell me a joke"]
    )
    func smallTalk(_ question: String) throws {
        let answer = SignageAnalyst.answer(to: question, about: try systemData(SmallData.document))
        #expect(answer.contains("계산할 수 있습니다") || answer.contains("It can compute"))
        #expect(answer.contains("### 전체 합계") || answer.contains("### Totals"))
        #expect(!answer.contains("### 광고별") && !answer.contains("### By ad"))
    }

    @Test("What no table can answer is said with the field that it would need")
    func unanswerable() throws {
        let data = try systemData(SmallData.document)
        #expect(
            SignageAnalyst.answer(to: "매출은 얼마야?", about: data).contains("매출·판매: 계산할 수 없습니다. 어느 표에도 그런 필드(예: `revenue`")
        )
        #expect(
            SignageAnalyst.answer(to: "What did it cost?", about: data).contains("Costs or budget: cannot be computed.")
        )
        #expect(SignageAnalyst.answer(to: "성별 분석", about: data).contains("`gender`"))
    }

    @Test("A field of unknown meaning is summed up when the question names it")
    func namedField() throws {
        let document = #"{"targetedAds":[{"id":"a","budget":100},{"id":"b","budget":50},{"id":"c","budget":null}]}"#
        for question in ["총 예산은?", "what is the budget?"] {
            let answer = SignageAnalyst.answer(to: question, about: try systemData(document))
            #expect(
                answer.contains("합계 150, 평균 75, 최소 50, 최대 100")
                    || answer.contains("sum 150, average 75, smallest 50, largest 100")
            )
            #expect(!answer.contains("cannot be computed. No table"))
        }
    }

    @Test("Viewers' gender and age groups are counted")
    func audience() throws {
        let document = """
            {"viewEvents":[{"adId":"a","gender":"여성","age":23,"clicked":true},{"adId":"a","gender":"여성","age":29,"clicked":false},
            {"adId":"a","gender":"남성","age":31,"clicked":false}]}
            """
        let answer = AnswerReading(SignageAnalyst.answer(to: "시청자 성별과 연령은?", about: try systemData(document)))
        #expect(answer.row("여성") == ["여성", "2", "2", "1", "50.0%"])
        #expect(answer.row("20–29") == ["20–29", "2", "2", "1", "50.0%"])
        #expect(answer.row("30–39") == ["30–39", "1", "1", "0", "0.0%"])
    }

    @Test("A question about a place counts the events of its devices")
    func place() throws {
        let answer = AnswerReading(SignageAnalyst.answer(to: "Seoul 클릭률은?", about: try systemData(SmallData.document)))
        #expect(answer.row("시청 이벤트") == ["시청 이벤트", "6 / 6"])
        let busan = AnswerReading(SignageAnalyst.answer(to: "Busan 클릭률은?", about: try systemData(SmallData.document)))
        #expect(busan.row("시청 이벤트") == ["시청 이벤트", "0 / 6"])
        #expect(busan.row("클릭률 (클릭 ÷ 조회)")?.last == "–")
    }

    @Test("A telling word of a name is enough to mean it, a word that several names share is not")
    func tellingWord() throws {
        let document = """
            {"targetedAds":[{"id":"a","title":"프리미엄 아메리카노"},{"id":"b","title":"프리미엄 라떼세트"}],
            "viewEvents":[{"adId":"a","clicked":true},{"adId":"b","clicked":false},{"adId":"b","clicked":false}]}
            """
        let data = try systemData(document)
        let one = AnswerReading(SignageAnalyst.answer(to: "아메리카노 클릭률은?", about: data))
        #expect(one.titles(in: "광고별") == ["프리미엄 아메리카노"])
        let both = AnswerReading(SignageAnalyst.answer(to: "프리미엄 광고 클릭률은?", about: data))
        #expect(both.titles(in: "광고별").count == 2)
    }

    @Test("The same question about the same data gets the same answer")
    func deterministic() throws {
        let data = try systemData(SmallData.document)
        let answers = (0..<20).map { _ in SignageAnalyst.answer(to: "전체 요약", about: data) }
        #expect(Set(answers).count == 1)
        #expect(Set((0..<20).map { _ in SignageAnalyst.profile(of: data) }).count == 1)
    }
}
