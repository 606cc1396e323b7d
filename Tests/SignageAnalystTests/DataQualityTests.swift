import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct DataQualityTests {
    @Test(
        "A size stated in the text that disagrees with the array is reported",
        arguments: [
            "타겟광고 데이터 (총 12개): @", "타겟광고 데이터(12개): @", "타겟광고 데이터: @ (총 12개)", "타겟광고 데이터, 총 12개: @",
            "총 12개의 타겟광고가 있습니다.\n타겟광고 데이터: @", "타겟광고: 12개\n타겟광고 데이터: @", "Targeted ads data (total 12): @",
            "Targeted ads (12): @", "총 광고 수는 12개, 디바이스 3대입니다.\n광고 데이터: @", "Total: 12 ads, 3 devices\nads: @",
            "전체 데이터: 디바이스 3대, 타겟광고 12개\n광고 데이터: @", "현재 광고 12개, 디바이스 3대입니다.\n광고 데이터: @",
            "타겟광고 12개 / 디바이스 3개\n광고 데이터: @", "광고는 12개, 디바이스는 3대야.\n광고 데이터: @",
            "There are 12 ads and 3 devices.\nads: @",
            "12 targeted ads, 3 signages\nads: @", "12개의 광고와 3대의 디바이스가 있습니다.\n광고 데이터: @",
            "광고는 12개입니다.\n광고 데이터: @", "There are 12 ads.\nads: @", "광고가 12개 있습니다.\n광고 데이터: @",
        ]
    )
    func statedCount(_ text: String) {
        let message = text.replacing("@", with: SmallData.ads) + "\n디바이스 데이터: \(SmallData.devices)\n\n데이터 품질은?"
        let answer = answer(toMessage: message)
        #expect(answer.contains("타겟광고(`targetedAds`): 글에는 12개라고 적혀 있지만 배열에는 2개가 있습니다."))
        #expect(!answer.contains("디바이스(`signages`): 글에는"))
    }

    @Test(
        "Numbers that are no sizes of a table are not taken for one",
        arguments: [
            "상위 5개 광고 보여줘", "top 5 ads", "광고 3개만 비교해줘", "2026년 3월 광고 데이터", "클릭이 10개 이상인 광고는?", "최근 7일 광고 성과",
            "전체 광고 중 클릭이 3건 이상인 것", "디바이스 3번 위치: 2층", "광고 1.5배", "광고 데이터 (2026): 성과는?", "ads by 3 devices",
            "광고 3개와 디바이스 2대를 비교해줘", "compare 3 ads and 2 devices", "광고 3개, 디바이스 2대만 보여줘", "3 ads performed best",
            "상위 광고 5개, 하위 디바이스 2대", "CTR 높은 광고 3개, 디바이스 2대 알려줘", "광고 3개, 디바이스 2대 보여줘",
            "Show 3 ads and 2 devices with the most clicks", "Which 3 ads on 2 devices did best",
            "광고 1개당 디바이스 1대를 쓰고 싶어요",
            "2026 ads and 5 devices", "광고 9개, 디바이스 9대 맞나요?", "온라인 디바이스는 1대입니다", "클릭이 있는 광고는 1개입니다.",
            "There are 2 new ads.",
        ]
    )
    func noStatedCount(_ text: String) {
        let message = "광고 데이터: \(SmallData.ads)\n디바이스 데이터: \(SmallData.devices)\n\(text)"
        #expect(!answer(toMessage: message).contains("글에는"))
        #expect(!answer(toMessage: message).contains("the text states"))
    }

    @Test("A stated size that agrees is confirmed when the quality is asked for")
    func agreeing() {
        let answer = answer(toMessage: "광고 데이터 (총 2개): \(SmallData.ads)\n데이터 품질 확인해줘")
        #expect(answer.contains("글에 적힌 개수 2개가 배열과 일치합니다."))
    }

    @Test("Sizes stated of an older array do not count against a newer one")
    func olderSizes() {
        let data = SignageData(
            systemData: [],
            messages: ["광고 데이터 (총 9개): \(SmallData.ads)", #"광고 데이터: [{"id":"z"}]"#]
        )
        #expect(!SignageAnalyst.answer(to: "데이터 품질은?", about: data).contains("글에는"))
        let later = SignageData(systemData: [], messages: ["광고 데이터: \(SmallData.ads)", "광고가 총 9개 맞아?"])
        #expect(SignageAnalyst.answer(to: "광고가 총 9개 맞아?", about: later).contains("글에는 9개라고 적혀 있지만 배열에는 2개"))
    }

    @Test("Sizes listed in a question that comes without data may be what is wanted")
    func listedWithoutData() throws {
        let data = try #require(JSONValue(parsing: SmallData.document).objectValue)
        func answer(_ messages: [SignageData.Source]) -> String {
            SignageAnalyst.answer(to: "데이터 품질은?", about: SignageData(sources: messages))
        }
        let text = "광고는 12개, 시청 이벤트는 1500건이야."
        #expect(answer([.systemData(data), .message(text)]).contains("글에는 1,500개라고 적혀 있지만 배열에는 6개"))
        #expect(!answer([.systemData(data), .message("요약해줘"), .message(text)]).contains("글에는"))
    }

    @Test("Values that some rows lack, and values that cannot be read, are found")
    func missingValues() throws {
        let document = """
            {"targetedAds":[{"id":"a","title":"A","views":3},{"id":"b","title":""}],"signages":[{"id":"d","location":"Seoul"},
            {"id":"e","location":" "}],"viewEvents":[
            {"id":1,"adId":"a","deviceId":"d","viewedAt":"2026-03-02T10:00:00Z","clicked":true,"dwellTime":"abc"},
            {"id":2,"adId":"a","deviceId":"e","viewedAt":"2026-03-02T11:00:00Z","dwellTime":4},
            {"id":3,"adId":"b","deviceId":"e","viewedAt":"2026-03-02T11:00:00Z","clicked":"perhaps"}]}
            """
        let data = try systemData(document)
        let answer = SignageAnalyst.answer(to: "데이터에 누락된 값이 있나요?", about: data)
        for finding in [
            "타겟광고(`targetedAds`) 2행 중 1행에 `title` 값이 없습니다.", "2행 중 1행에 `views` 값이 없습니다.",
            "디바이스(`signages`) 2행 중 1행에 `location` 값이 없습니다.", "3행 중 1행에 `clicked` 값이 없습니다.",
            "3행 중 1행에 `dwellTime` 값이 없습니다.", "`dwellTime` 값 1개를 읽을 수 없어 뺐습니다(예: `abc`)",
            "`clicked` 값 1개를 읽을 수 없어 뺐습니다(예: `perhaps`)",
        ] {
            #expect(answer.contains(finding), "\(finding)")
        }
        let rate = SignageAnalyst.answer(to: "click rate by ad", about: data)
        #expect(rate.contains("The 1 events that have no value there count as not clicked."))
    }

    @Test("A type that tells clicks needs no other field for it")
    func clicksByType() throws {
        let document = """
            {"viewEvents":[{"id":1,"adId":"a","deviceId":"d","viewedAt":"2026-03-02T10:00:00Z","type":"click","clicked":true},
            {"id":2,"adId":"a","deviceId":"d","viewedAt":"2026-03-02T10:00:00Z","type":"view"}]}
            """
        let answer = SignageAnalyst.answer(to: "데이터 품질은?", about: try systemData(document))
        #expect(!answer.contains("`clicked` 값이 없습니다"))
    }

    @Test("What ads count themselves is checked where the events are believed")
    func adFields() throws {
        let document = """
            {"targetedAds":[{"id":"a","title":"A","views":1,"clicks":50}],"signages":[{"id":"d"}],"viewEvents":[
            {"id":1,"adId":"a","deviceId":"d","viewedAt":"2026-03-02T10:00:00Z","clicked":true,"dwellTime":1,"attentionTime":5}]}
            """
        let answer = SignageAnalyst.answer(to: "inconsistencies?", about: try systemData(document))
        #expect(
            answer.contains("`clicks` of the ads adds up to 50, the clicks of the events to 1; the events are used.")
        )
        #expect(answer.contains("Ads with more clicks than views: 1 (for example A: clicks 50, views 1)."))
        #expect(answer.contains("Events with more attention time than dwell time: 1."))
    }

    @Test("What is done with rows of a repeated id is said")
    func repeatedIDs() throws {
        let document = #"{"targetedAds":[{"id":"a","views":5},{"id":"a","views":7}],"viewEvents":[]}"#
        let answer = SignageAnalyst.answer(to: "overview", about: try systemData(document))
        #expect(answer.contains("Only the first row of each id is counted."))
    }

    @Test("A count beside the tables in system_data is compared too")
    func countInDocument() throws {
        let data = try systemData(
            #"{"targetedAds":\#(SmallData.ads),"totalAds":3,"event_count":6,"viewEvents":\#(SmallData.events)}"#
        )
        let answer = SignageAnalyst.answer(to: "inconsistencies?", about: data)
        #expect(answer.contains("targeted ads (`targetedAds`): the text states 3, the array has 2."))
        #expect(answer.contains("view events: the stated size, 6, agrees with the array."))
    }

    @Test("Every kind of inconsistency is found and counted")
    func allKinds() throws {
        let document = """
            {"targetedAds":[{"id":"a","views":9},{"id":"a"},{"title":"no id"},5],"signages":[{"id":"d"}],"viewEvents":[
            {"id":1,"adId":"a","deviceId":"d","viewedAt":"2026-03-02T10:00:00","eventType":"click"},
            {"id":1,"adId":"zz","deviceId":"d","viewedAt":"soon","eventType":"view","dwellTime":-4},
            {"id":2,"adId":null,"deviceId":"x","eventType":"view"},
            {"adId":"zz","viewedAt":"2026-03-02T10:00:00Z","eventType":"view"}]}
            """
        let answer = SignageAnalyst.answer(to: "누락되거나 불일치하는 데이터는?", about: try systemData(document))
        for finding in [
            "배열에 객체가 아닌 원소가 1개", "타겟광고(`targetedAds`) 1행에 ID가 없습니다",
            "타겟광고(`targetedAds`)에 중복 ID가 1개 있습니다(겹친 행 1개, 예: `a`)",
            "시청 이벤트(`viewEvents`)에 중복 ID가 1개 있습니다(겹친 행 1개, 예: `1`)", "시청 이벤트(`viewEvents`) 1행에 ID가 없습니다",
            "목록에 없는 것을 가리키는 이벤트가 2건 있습니다: `zz`", "목록에 없는 것을 가리키는 이벤트가 1건 있습니다: `x`", "이벤트 1건에 광고 ID가 없습니다",
            "이벤트 1건에 디바이스 ID가 없습니다", "이벤트 1건에 시각이 없습니다", "이벤트 1건의 시각을 읽을 수 없습니다(예: `soon`)", "시간대 표기가 2가지로 섞여",
            "음수가 1개", "클릭이 조회보다 많은 광고가 1개 있습니다(예: a, 클릭 1 > 조회 0)", "광고의 `views` 합계 9과(와) 시청 이벤트로 센 조회 3이(가) 다릅니다",
        ] {
            #expect(answer.contains(finding), "\(finding)")
        }
    }

    @Test("Sound data are said to be sound")
    func sound() throws {
        let answer = SignageAnalyst.answer(
            to: "Is anything missing or inconsistent?",
            about: try systemData(SmallData.document)
        )
        #expect(answer.contains("None found."))
    }

    @Test("Answers to other questions warn of what may change the figures")
    func warning() throws {
        let document =
            #"{"targetedAds":[{"id":"a"}],"viewEvents":[{"adId":"a","clicked":true},{"adId":"q","clicked":true}]}"#
        let answer = SignageAnalyst.answer(to: "click rate by ad", about: try systemData(document))
        #expect(answer.contains("⚠️") && answer.contains("`q`"))
    }

    @Test("Tables of other names are kept and mentioned")
    func extraTables() throws {
        let data = try systemData(
            #"{"viewEvents":[{"adId":"a"}],"campaigns":[{"name":"x","budget":5},{"name":"y","budget":7}]}"#
        )
        #expect(
            AnswerReading(SignageAnalyst.answer(to: "overview", about: data)).row("other table `campaigns`")?.last
                == "2"
        )
        #expect(SignageAnalyst.profile(of: data)?.contains("Other table campaigns: 2 rows") == true)
        #expect(SignageAnalyst.profile(of: data)?.contains("budget: number, 2 distinct, 5 to 7") == true)
    }
}
