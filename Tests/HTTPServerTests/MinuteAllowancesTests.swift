import HTTPServer
import Testing

@Suite struct MinuteAllowancesTests {
    @Test("A client may use a minute's share at once, and then one each time that its part of the minute has passed")
    func bursts() {
        let allowances = MinuteAllowances(limit: 30)
        for remaining in (0..<30).reversed() {
            let standing = allowances.take("a")
            #expect(standing.wait == nil)
            #expect(standing.remaining == remaining)
        }
        let refused = allowances.take("a")
        #expect(refused.remaining == 0)
        #expect(refused.limit == 30)
        let wait = refused.wait ?? .zero
        #expect(wait > .seconds(1) && wait <= .seconds(2))
        #expect(refused.reset > .seconds(59) && refused.reset <= .seconds(60))
        #expect(allowances.take("b").wait == nil)
    }

    @Test("What is charged afterwards may overdraw an allowance")
    func overdraft() {
        let allowances = MinuteAllowances(limit: 600)
        #expect(allowances.standing(of: "a").remaining == 600)
        #expect(allowances.standing(of: "a").wait == nil)
        allowances.charge("a", 900)
        let standing = allowances.standing(of: "a")
        #expect(standing.remaining == 0)
        let wait = standing.wait ?? .zero
        #expect(wait > .seconds(29) && wait <= .seconds(31))
    }

    @Test(
        "Durations are written as Go does",
        arguments: [
            (.zero, "0s"), (.milliseconds(6), "6ms"), (.microseconds(5), "1ms"), (.seconds(1), "1s"),
            (.milliseconds(8640), "8.64s"), (.seconds(60), "1m0s"), (.seconds(62), "1m2s"), (.milliseconds(-5), "0s"),
            (.milliseconds(59_999.5), "1m0s"),
        ] as [(Duration, String)]
    )
    func durations(_ duration: Duration, _ text: String) {
        #expect(duration.goText == text)
    }
}
