import SignageAnalyst
import Testing

@Suite struct TimeAnswerTests {
    @Test("Events are counted by hour and weekday on the wall clock as written")
    func hoursAndWeekdays() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "시간대별, 요일별 이벤트 수", about: data))
        #expect(answer.titles(in: "시간대별") == ["09:00–09:59", "10:00–10:59", "18:00–18:59"])
        #expect(answer.row("09:00–09:59") == ["09:00–09:59", "3", "3", "1", "33.3%"])
        #expect(answer.text.contains("나머지 21개 시간대에는 이벤트가 없습니다."))
        #expect(answer.titles(in: "요일별") == ["월", "화", "수", "목", "금", "토", "일"])
        #expect(answer.row("월") == ["월", "2", "2", "1", "50.0%"])
        #expect(answer.row("일") == ["일", "0", "0", "0", "–"])
        #expect(answer.text.contains("시각은 데이터에 적힌 그대로이며 변환하지 않았습니다: UTC+09:00."))
    }

    @Test(
        "Times are read in the forms that front ends write",
        arguments: [
            (#""2026-03-02T15:04:05+09:00""#, "UTC+09:00"), (#""2026-03-02T15:04:05.123Z""#, "UTC"),
            (#""2026-03-02T15:04:05""#, "no zone stated"), (#""2026-03-02 15:04:05""#, "no zone stated"),
            (#""2026/03/02 15:04""#, "no zone stated"), (#""2026. 3. 2. 오후 3:04:05""#, "no zone stated"),
            (#""2026년 3월 2일 15시 4분""#, "no zone stated"), (#""3/2/2026, 3:04:05 PM""#, "no zone stated"),
            (#""20260302T150405Z""#, "UTC"), ("1772463845", "numbers since 1970, shown in UTC"),
            ("1772463845000", "numbers since 1970, shown in UTC"),
            (#""1772463845""#, "numbers since 1970, shown in UTC"),
            ("20260302150405", "no zone stated"), (#""2026-03-02T15:04:05-0330""#, "UTC-03:30"),
        ]
    )
    func forms(_ time: String, _ zone: String) throws {
        let data = try systemData(#"{"viewEvents":[{"adId":"a","timestamp":\#(time)}]}"#)
        let answer = AnswerReading(SignageAnalyst.answer(to: "events by hour and weekday", about: data))
        #expect(answer.titles(in: "By hour") == ["15:00–15:59"])
        #expect(answer.row("Mon")?[1] == "1")
        #expect(answer.text.contains("not converted: \(zone)."))
    }

    @Test(
        "Times that do not exist are reported, not counted",
        arguments: [
            #""2026-02-30T10:00:00""#, #""2026-13-01""#, #""yesterday""#, #""2026-03-02T25:00:00""#, "12", "0",
            #""1/2/2026""#,
            "1e300", "true",
        ]
    )
    func unparsable(_ time: String) throws {
        let data = try systemData(
            #"{"viewEvents":[{"adId":"a","timestamp":\#(time)},{"adId":"a","timestamp":"2026-03-02 10:00"}]}"#
        )
        let answer = AnswerReading(SignageAnalyst.answer(to: "요일별 이벤트", about: data))
        #expect(answer.row("월")?[1] == "1")
        #expect(answer.titles(in: "요일별").compactMap { answer.row($0)?[1] } == ["1", "0", "0", "0", "0", "0", "0"])
        #expect(answer.text.contains("이벤트 1건의 시각을 읽을 수 없습니다"))
    }

    @Test("A trend compares two halves of equal length and shows each day")
    func trend() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "조회수 추이를 보여줘", about: data))
        // Four days with 2, 2, 1 and 1 views.
        #expect(answer.text.contains("전반과 후반(각 2일)의 조회수 변화: **-50.0%**"))
        #expect(answer.row("2026-03-02 – 2026-03-03") == ["2026-03-02 – 2026-03-03", "4", "4", "2", "50.0%"])
        #expect(answer.row("2026-03-04 – 2026-03-05") == ["2026-03-04 – 2026-03-05", "2", "2", "0", "0.0%"])
        #expect(answer.row("2026-03-03 (화)")?.last == "±0.0%")
        #expect(answer.row("2026-03-04 (수)")?.last == "-50.0%")
    }

    @Test("The middle day of an odd number of days is left out of both halves, and gaps are told")
    func oddTrend() throws {
        let days = ["01", "01", "03", "05"].map { #"{"adId":"a","date":"2026-03-\#($0)"}"# }.joined(separator: ",")
        let answer = AnswerReading(
            SignageAnalyst.answer(to: "trend", about: try systemData(#"{"viewEvents":[\#(days)]}"#))
        )
        #expect(answer.row("2026-03-01 – 2026-03-02")?[1] == "2")
        #expect(answer.row("2026-03-04 – 2026-03-05")?[1] == "1")
        #expect(answer.text.contains("The middle day, 2026-03-03, is left out"))
        #expect(answer.text.contains("Days without any event in this time: 2."))
    }

    @Test("Without times, the field that is missing is named")
    func noTimes() throws {
        let answer = SignageAnalyst.answer(to: "시간대별 이벤트", about: try systemData(#"{"viewEvents":[{"adId":"a"}]}"#))
        #expect(answer.contains("시간대별 집계: 계산할 수 없습니다. `viewEvents`에 필요한 필드가 없습니다(예: `viewedAt`"))
    }

    @Test("Words that depend on today are said not to be understood")
    func relativeTime() throws {
        let answer = SignageAnalyst.answer(to: "지난주 클릭률은?", about: try systemData(SmallData.document))
        #expect(answer.contains("받은 데이터 전체를 계산했습니다"))
    }
}
