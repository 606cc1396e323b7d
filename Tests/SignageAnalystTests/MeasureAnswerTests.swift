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
        #expect(try result(question) == .other())
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
        #expect(try MeasureAnswer.answer("조회수가 가장 많은 광고는?", over: tables.queries) == .other())
    }

    /// Five views of two ads and two devices; a third ad and a third device have none.
    private func small() throws -> SignageTables {
        let texts = [("targetedAds", Self.ads), ("signages", Self.devices), ("viewEvents", Self.events)]
        return try SignageTables(
            texts.map { DataSource(name: $0.0, format: .json, content: .text($0.1), origin: $0.0) }
        )
    }

    private static let ads = #"[{"id":"A","title":"커피"},{"id":"B","title":"피자"},{"id":"C","title":"빈광고"}]"#
    private static let devices = """
        [{"id":"S","name":"로비","location":"서울 강남구"},{"id":"T","name":"입구","location":"부산 진구"},\
        {"id":"U","name":"창고","location":"대구 중구"}]
        """
    private static let events = """
        [{"id":1,"adId":"A","signageId":"S","viewedAt":"2026-03-02T09:00:00","gender":"남성","ageGroup":"50대 이상"},\
        {"id":2,"adId":"A","signageId":"S","viewedAt":"2026-03-03T09:00:00","gender":"남성","ageGroup":"20대"},\
        {"id":3,"adId":"A","signageId":"S","viewedAt":"2026-03-04T09:00:00","gender":"남성","ageGroup":"20대"},\
        {"id":4,"adId":"B","signageId":"T","viewedAt":"2026-03-07T19:00:00","gender":"여성","ageGroup":"20대"},\
        {"id":5,"adId":"B","signageId":"T","viewedAt":"2026-03-07T20:00:00","gender":"여성","ageGroup":"30대"}]
        """

    @Test(
        "Conditions hold for questions that do not say what is counted, and periods without an end are no days",
        arguments: [
            ("여성이 가장 많이 본 광고는?", "조회수 최고: **피자** — 2"), ("주말에 가장 인기 있는 광고는?", "조회수 최고: **피자** — 2"),
            ("부산에서 가장 인기 있는 광고는?", "조회수 최고: **피자** — 2"), ("3월 7일에 제일 인기 있던 광고는?", "조회수 최고: **피자** — 2"),
            ("Which ad do women watch the most?", "Highest views: **피자** — 2"), ("3월 3일 이후 조회수는?", "조회수: **4**"),
            ("3월 4일 이전 조회수는?", "조회수: **2**"), ("3월 4일까지 조회수는?", "조회수: **3**"), ("3월 4일부터 조회수는?", "조회수: **3**"),
            ("views before March 4", "views: **2**"), ("views after March 4", "views: **2**"),
            ("since March 4 views", "views: **3**"), ("until March 4 views", "views: **3**"),
            ("views between March 2 and March 4", "views: **3**"), ("3월 2일에서 3일 사이 조회수", "조회수: **2**"),
            ("3/4 조회수", "조회수: **1**"), ("50대 조회수는?", "조회수: **1**"), ("부산에서 조회수가 가장 적은 디바이스는?", "| 입구 | 2 |"),
            ("views from 로비, March 4", "조회수: **1**"), ("after March 2 and before March 5 views", "views: **2**"),
            ("3월 3일 이후 3월 4일까지 조회수", "조회수: **2**"), ("가장 인기 있는 광고의 조회수는?", "**커피** — 3"),
            ("조회수가 높은 디바이스 10대 알려줘", "**로비** — 3"), ("그럼 주말 조회수는?", "조회수: **2**"),
            ("Which ad has the most views and the fewest views?", "**빈광고** — 0"), ("시청이벤트의 조회수는?", "조회수: **5**"),
            ("조회수가 가장 적은 광고는?", "조회수 최저: **빈광고** — 0"),
            ("조회수가 가장 낮은 디바이스는?", "조회수 최저: **창고** — 0"), ("부산에서 조회수는?", "조회수: **2**"),
            ("How many views did 로비 get?", "views: **3**"),
            ("남녀 조회수 비교", "| 여성 | 2 |"), ("평일과 주말 중 언제 시청이 더 많아?", "**2 → 3**"),
        ]
    )
    func conditions(_ question: String, _ expected: String) throws {
        let tables = try small()
        guard case .answer(let answer) = try MeasureAnswer.answer(question, over: tables.queries) else {
            Issue.record("\(question): \(try MeasureAnswer.answer(question, over: tables.queries))")
            return
        }
        #expect(answer.text.contains(expected), "\(answer.text)")
        // The other sections know no part of a place's name: they would tell of all places.
        if question.hasPrefix("부산") { #expect(answer.isWhole) }
    }

    @Test(
        "What the figures do not heed of a question is said",
        arguments: [
            ("저녁에 가장 많이 본 광고는?", "‘하루 중의 때’"), ("'콜라' 광고 조회수는?", "‘콜라’"), ("60대 조회수는?", "‘60대’"),
            ("그 광고의 조회수는?", "앞의 질문에 기댄 말"), ("여성 광고 성과 알려줘", "‘여성’"), ("3월 6일은?", "‘2026-03-06’"),
        ]
    )
    func ignored(_ question: String, _ notice: String) throws {
        #expect(MeasureAnswer.mayAnswer(question))
        switch try MeasureAnswer.answer(question, over: try small().queries) {
        case .refusal(let text): #expect(text.contains(notice), "\(text)")
        case .unclear(_, let text), .other(let text): #expect(text?.contains(notice) == true, "\(text ?? "nothing")")
        case .answer(let answer): Issue.record("\(question): \(answer.text)")
        }
    }

    @Test(
        "Neither thanks nor a whole period is anything to warn of",
        arguments: ["좋아, 고마워!", "데이터를 더 많이 보여줘", "3월 데이터 분석해줘"]
    )
    func nothingIgnored(_ question: String) throws {
        #expect(try MeasureAnswer.answer(question, over: try small().queries) == .other())
    }

    @Test("Ages from or up to a group are not that group", arguments: ["50대 이하 조회수는?", "20대 이상 조회수는?", "20대이상 조회수"])
    func agesBeyond(_ question: String) throws {
        guard case .refusal = try MeasureAnswer.answer(question, over: try small().queries) else {
            Issue.record("\(question): \(try MeasureAnswer.answer(question, over: try small().queries))")
            return
        }
    }

    @Test("An advertiser is no week")
    func advertiser() throws {
        guard case .refusal = try MeasureAnswer.answer("광고주별 조회수", over: try small().queries) else {
            Issue.record("\(try MeasureAnswer.answer("광고주별 조회수", over: try small().queries))")
            return
        }
    }

    @Test("An ad that events name by its title is not told a second time, without views")
    func namedByTitle() throws {
        let events = #"[{"id":1,"adTitle":"커피","viewedAt":"2026-03-02T09:00:00"}]"#
        let tables = try SignageTables(
            [("targetedAds", Self.ads), ("viewEvents", events)].map {
                DataSource(name: $0.0, format: .json, content: .text($0.1), origin: $0.0)
            }
        )
        guard case .answer(let answer) = try MeasureAnswer.answer("광고별 조회수", over: tables.queries) else {
            Issue.record("\(try MeasureAnswer.answer("광고별 조회수", over: tables.queries))")
            return
        }
        #expect(AnswerReading(answer.text).row("커피") == ["커피", "1"])
        #expect(answer.text.split(separator: "| 커피 |").count == 2)
    }
}
