import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct ExactnessTests {
    /// Events made from a counter, with their truth counted on the way by other means than the analyst's.
    private struct Generated {
        var document = JSONObject()
        var views = [Int](repeating: 0, count: 7)
        var clicks = [Int](repeating: 0, count: 7)
        var dwellMilliseconds = [Int](repeating: 0, count: 11)
        var deviceEvents = [Int](repeating: 0, count: 11)
        var hours = [Int](repeating: 0, count: 24)
        var weekdays = [Int](repeating: 0, count: 7)

        init(events count: Int) {
            var state: UInt64 = 42
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int((state >> 33) % UInt64(bound))
            }
            var events: [JSONValue] = []
            for index in 0..<count {
                let ad = next(7)
                // The last device has no events.
                let device = next(10)
                let day = next(28)
                let hour = next(24)
                let dwell = next(30_000)
                let isClick = next(9) == 0
                views[ad] += 1
                clicks[ad] += isClick ? 1 : 0
                dwellMilliseconds[device] += dwell
                deviceEvents[device] += 1
                hours[hour] += 1
                // 1 June 2026 is a Monday.
                weekdays[day % 7] += 1
                let date = (day < 9 ? "0" : "") + "\(day + 1)"
                events.append(
                    .object(
                        JSONObject([
                            ("id", .integer(index)), ("targetedAdId", .string("ad-\(ad)")),
                            ("signageId", .integer(device)),
                            ("viewedAt", .string("2026-06-\(date)T\(hour < 10 ? "0" : "")\(hour):30:00+09:00")),
                            ("dwellTimeMs", .integer(dwell)), ("clicked", .bool(isClick)),
                        ])
                    )
                )
            }
            document["targetedAds"] = .array(
                (0..<7).map { .object(JSONObject([("id", .string("ad-\($0)")), ("title", .string("광고 \($0)호"))])) }
            )
            document["signages"] = .array(
                (0..<11).map { .object(JSONObject([("id", .integer($0)), ("name", .string("기기 \($0)호"))])) }
            )
            document["viewEvents"] = .array(events)
        }
    }

    /// One decimal, halves up, with integers alone.
    private func percent(_ part: Int, _ whole: Int) -> String {
        let tenths = (2 * part * 1000 + whole) / (2 * whole)
        return "\(tenths / 10).\(tenths % 10)%"
    }

    private func grouped(_ number: Int) -> String {
        number < 1000 ? "\(number)" : "\(number / 1000)," + String(String(1000 + number % 1000).dropFirst())
    }

    @Test("Every figure of a generated data set is exact, as data and as text", arguments: [1, 500, 20_000])
    func exact(_ count: Int) {
        let truth = Generated(events: count)
        let text = ["targetedAds", "signages", "viewEvents"]
            .map { "\($0): \((truth.document[$0] ?? .null).jsonText)" }.joined(separator: "\n")
        for data in [
            SignageData(systemData: [truth.document], messages: []), SignageData(systemData: [], messages: [text]),
        ] {
            let answer = AnswerReading(SignageAnalyst.answer(to: "전체 요약", about: data))
            #expect(answer.row("시청 이벤트") == ["시청 이벤트", grouped(count)])
            for ad in 0..<7 {
                let row = answer.row("광고 \(ad)호", in: "광고별")
                let rate = truth.views[ad] == 0 ? "–" : percent(truth.clicks[ad], truth.views[ad])
                #expect(row?.dropFirst(2).prefix(3) == [grouped(truth.views[ad]), grouped(truth.clicks[ad]), rate])
            }
            for device in 0..<11 {
                let row = answer.row("기기 \(device)호", in: "디바이스별")
                #expect(row?[2] == grouped(truth.deviceEvents[device]))
                if truth.deviceEvents[device] > 0 {
                    let events = truth.deviceEvents[device]
                    let tenths = (2 * truth.dwellMilliseconds[device] + 100 * events) / (200 * events)
                    #expect(row?.last == "\(tenths / 10).\(tenths % 10)")
                }
            }
            for hour in 0..<24 where truth.hours[hour] > 0 {
                let label = hour < 10 ? "0\(hour):00–0\(hour):59" : "\(hour):00–\(hour):59"
                #expect(answer.row(label)?[1] == grouped(truth.hours[hour]))
            }
            for (day, label) in ["월", "화", "수", "목", "금", "토", "일"].enumerated() {
                #expect(answer.row(label)?[1] == grouped(truth.weekdays[day]))
            }
            #expect(answer.row("기기 10호", in: "오프라인")?.last == "0")
        }
    }
}
