import SignageAnalyst
import Testing

@Suite struct AdAnswerTests {
    @Test("Views, clicks and click rate are counted by ad, and sorted by what was asked")
    func byAd() throws {
        let answer = AnswerReading(
            SignageAnalyst.answer(to: "광고별 클릭률을 알려줘", about: try systemData(SmallData.document))
        )
        #expect(answer.row("Alpha")?.prefix(5) == ["Alpha", "a", "4", "2", "50.0%"])
        #expect(answer.row("Beta")?.prefix(5) == ["Beta", "b", "2", "0", "0.0%"])
        #expect(answer.row("**합계**")?.dropFirst(2).prefix(3) == ["**6**", "**2**", "**33.3%**"])
        #expect(answer.titles(in: "광고별") == ["Alpha", "Beta"])
        #expect(answer.text.contains("**Alpha** (50.0% = 2 / 4"))
        #expect(answer.text.contains("조회 = 시청 이벤트 수."))
    }

    @Test("The lowest come first when the lowest are asked for")
    func lowest() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "Which ad has the lowest click rate?", about: data))
        #expect(answer.titles(in: "By ad") == ["Beta", "Alpha"])
    }

    @Test("Events whose type is a click are clicks and no views")
    func clickEvents() throws {
        let answer = AnswerReading(
            SignageAnalyst.answer(
                to: "click rate by ad",
                about: try systemData(
                    """
                    {"targetedAds":[{"adId":7,"name":"Seven"}],"viewEvents":[
                    {"ad_id":"7","event_type":"view"},{"ad_id":7,"event_type":"VIEW"},{"ad_id":7,"event_type":"view"},
                    {"ad_id":7.0,"event_type":"click"}]}
                    """
                )
            )
        )
        #expect(answer.row("Seven") == ["Seven", "7", "3", "1", "33.3%"])
        #expect(answer.text.contains("Views = the number of view events (without events of type click 1)."))
    }

    @Test("A click is told by a flag of any spelling", arguments: ["true", "1", "\"Y\"", "\"true\"", "\"예\""])
    func clickFlags(_ flag: String) throws {
        let document =
            #"{"viewEvents":[{"adId":"a","clicked":\#(flag)},{"adId":"a","clicked":false},{"adId":"a","clicked":0}]}"#
        let answer = AnswerReading(SignageAnalyst.answer(to: "clicks by ad", about: try systemData(document)))
        #expect(answer.row("a") == ["a", "a", "3", "1", "33.3%"])
    }

    @Test("Without events, the ads' own fields are added up, and the answer says so")
    func adFields() throws {
        let document = """
            {"targetedAds":[{"광고ID":"x","광고명":"하나","조회수":200,"클릭수":5},{"광고ID":"y","광고명":"둘","조회수":0,"클릭수":0}]}
            """
        let answer = AnswerReading(SignageAnalyst.answer(to: "광고별 클릭률", about: try systemData(document)))
        #expect(answer.row("하나") == ["하나", "x", "200", "5", "2.5%"])
        #expect(answer.row("둘") == ["둘", "y", "0", "0", "–"])
        #expect(answer.text.contains("조회 = `targetedAds`의 `조회수` 합계."))
    }

    @Test("A field that is missing is named, not guessed")
    func missingClickField() throws {
        let document = #"{"targetedAds":[{"id":"a"}],"viewEvents":[{"adId":"a","timestamp":"2026-03-02 10:00:00"}]}"#
        let answer = SignageAnalyst.answer(to: "클릭률 알려줘", about: try systemData(document))
        #expect(answer.contains("클릭과 클릭률: 계산할 수 없습니다. `viewEvents`에 필요한 필드가 없습니다(예: `clicked`"))
        #expect(!answer.contains("%"))
    }

    @Test("A long table is cut with a statement of how much is shown")
    func statedCut() throws {
        let ads = (0..<45).map { #"{"id":"ad-\#($0)","title":"T\#($0)"}"# }.joined(separator: ",")
        let events = (0..<45).flatMap { ad in (0...ad).map { _ in #"{"adId":"ad-\#(ad)","clicked":false}"# } }
        let data = try systemData(#"{"targetedAds":[\#(ads)],"viewEvents":[\#(events.joined(separator: ","))]}"#)

        let korean = AnswerReading(SignageAnalyst.answer(to: "광고별 조회수", about: data))
        #expect(korean.titles(in: "광고별") == (25..<45).reversed().map { "T\($0)" })
        #expect(korean.text.contains("상위 20개 / 45개 중"))
        #expect(korean.row("**합계**")?[2] == "**1,035**")

        let top = AnswerReading(SignageAnalyst.answer(to: "top 3 ads by views", about: data))
        #expect(top.titles(in: "By ad") == ["T44", "T43", "T42"])
        #expect(top.text.contains("First 3 of 45"))
    }

    @Test("A question that names an ad counts its events only")
    func focus() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "How many views does Beta have?", about: data))
        #expect(answer.row("views") == ["views", "2"])
        #expect(answer.row("view events") == ["view events", "2 / 6"])
        #expect(answer.titles(in: "By ad") == ["Beta"])
        #expect(answer.text.contains("Only events of what the question names are counted: 2 of 6."))
    }

    @Test("Cells cannot break a table")
    func cells() throws {
        let document = #"{"targetedAds":[{"id":"a","title":"x | y\nz"}],"viewEvents":[{"adId":"a","clicked":true}]}"#
        let answer = SignageAnalyst.answer(to: "clicks by ad", about: try systemData(document))
        #expect(answer.contains(#"| x \| y z | a | 1 | 1 | 100.0% |"#))
    }

    @Test("The click rate of all is that of the ads that tell both clicks and views")
    func rateOfSome() throws {
        let both = #"{"id":"a","title":"A","views":100,"clicks":1}"#
        for other in [#"{"id":"b","title":"B","clicks":50}"#, #"{"id":"b","title":"B","views":100}"#] {
            let data = try systemData(#"{"targetedAds":[\#(both),\#(other)]}"#)
            let answer = SignageAnalyst.answer(to: "전체 클릭률은?", about: data)
            #expect(AnswerReading(answer).row("**합계**")?.last == "**1.0%**")
            #expect(answer.contains("클릭률 = 클릭 ÷ 조회, 두 값이 다 있는 광고만."))
            let overview = SignageAnalyst.answer(to: "overview", about: data)
            #expect(
                AnswerReading(overview).row("click rate (clicks ÷ views, of the ads that tell both)")?.last == "1.0%"
            )
            #expect(SignageAnalyst.profile(of: data)?.contains("click rate 1.0% (of the ads that tell both)") == true)
        }
    }

    @Test("Impressions are not called views, and plays of ads are plays")
    func impressions() throws {
        let data = try systemData(#"{"targetedAds":[{"title":"A","impressions":50,"clicks":5,"plays":10}]}"#)
        let answer = SignageAnalyst.answer(to: "광고별 노출수와 재생수", about: data)
        #expect(answer.contains("| 광고 | ID | 노출 | 클릭 | 클릭률 | 재생 |"))
        #expect(answer.contains("| A | – | 50 | 5 | 10.0% | 10 |"))
        #expect(!answer.contains("재생수: 계산할 수 없습니다") && !answer.contains("조회 ="))
    }

    @Test(
        "Where the data name views or impressions, nothing else is a view",
        arguments: [
            (["impression", "view", "click", "heartbeat", "play"], 1),
            (["impression", "click", "heartbeat", "play"], 1),
            (["scan", "click", "play"], 2), (["노출", "노출", "조회"], 1), (["view", "", "click"], 2),
        ]
    )
    func kindsOfEvents(_ kinds: [String], _ views: Int) throws {
        let rows = kinds.enumerated().map { #"{"id":\#($0),"adId":"A","eventType":"\#($1)"}"# }.joined(separator: ",")
        let answer = SignageAnalyst.answer(to: "총계", about: try systemData(#"{"viewEvents":[\#(rows)]}"#))
        let name = AnswerReading(answer).row("조회") ?? []
        #expect(name.last == "\(views)", "\(answer)")
        let tables = try SignageTables(csv: [
            ("viewEvents", "adId,eventType\n" + kinds.map { "A,\($0)\n" }.joined())
        ])
        #expect(try tables.rows("SELECT sum(views) FROM signage_views") == [["\(views)"]])
    }

    @Test("Figures that an ad keeps in an object of their own are found", arguments: ["stats", "metrics", "통계"])
    func nested(_ name: String) throws {
        let data = try systemData(
            #"{"targetedAds":[{"id":"A1","title":"아메리카노","\#(name)":{"views":1200,"clicks":60}}]}"#
        )
        let answer = SignageAnalyst.answer(to: "광고별 조회수와 클릭수", about: data)
        #expect(answer.contains("| 아메리카노 | A1 | 1,200 | 60 | 5.0% |"), "\(answer)")
    }
}
