import SignageAnalyst
import Testing

@Suite struct LanguageTests {
    @Test("A question with Hangul is answered in Korean, any other in English")
    func language() throws {
        let data = try systemData(SmallData.document)
        #expect(SignageAnalyst.answer(to: "전체 분석해줘", about: data).contains("### 광고별 성과"))
        #expect(SignageAnalyst.answer(to: "Give me an overview", about: data).contains("### By ad"))
        #expect(
            !SignageAnalyst.answer(to: "Give me an overview", about: data).unicodeScalars.contains { $0.value > 0xABFF }
        )
    }

    @Test("Hangul in the data or its labels does not make an English question Korean")
    func labelsAreNoQuestion() {
        let message = """
            타겟광고 데이터: [{"id":"a","title":"여름"}]
            시청 이벤트 데이터: [{"adId":"a","clicked":true}]
            What is the click rate by ad?
            """
        #expect(answer(toMessage: message).contains("### By ad"))
    }

    @Test("Korean names do not make an English question Korean, nor an English word a Korean one English")
    func names() throws {
        let data = try systemData(SmallData.document)
        for question in ["How is the 여름 커피 ad doing?", "Compare 여름 커피 and 신상 운동화", "show 서울 강남구"] {
            let answer = SignageAnalyst.answer(to: question, about: data)
            #expect(answer.contains("rule-based analyst"), "\(question)")
        }
        for question in ["show me 광고별 클릭률 알려줘", "views 추이 보여줘", "CTR 높은 광고 top 2", "what is 가장 인기 있는 광고인가요?"] {
            let answer = SignageAnalyst.answer(to: question, about: data)
            #expect(answer.contains("규칙 기반 분석기"), "\(question)")
        }
    }

    @Test("A message of data alone is answered in the language of its labels")
    func dataAlone() {
        #expect(answer(toMessage: #"타겟광고 데이터: [{"id":"a"}]"#).contains("### 전체 합계"))
        #expect(answer(toMessage: #"Targeted ads data: [{"id":"a"}]"#).contains("### Totals"))
    }

    @Test(
        "Every answer says that it is no language model and how to connect one",
        arguments: ["", "안녕", "hello", "클릭률은?", "offline devices?", "오늘 날씨 어때?", "데이터 품질은?", "revenue?"]
    )
    func disclosure(_ question: String) throws {
        for data in [try systemData(SmallData.document), SignageData(systemData: [], messages: [question])] {
            let answer = SignageAnalyst.answer(to: question, about: data)
            #expect(
                answer.contains("`OPENAI_API_KEY`") && answer.contains("`OPENAI_BASE_URL`") && answer.contains("`.env`")
            )
            #expect(answer.contains("규칙 기반 분석기") || answer.contains("rule-based analyst"))
        }
    }
}
