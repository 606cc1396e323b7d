import AssistantsAPI
import SignageAnalyst
import Testing

@Suite struct ProfileTests {
    @Test("The profile tells fields and exact figures")
    func figures() throws {
        let profile = try #require(SignageAnalyst.profile(of: try systemData(SmallData.document)))
        for line in [
            "Table viewEvents: 6 rows. Fields:", "  dwellTime: number, 6 distinct, 5 to 30",
            "views 6 (view events); clicks 2; click rate 33.3%; dwell time average 16.0 s, total 96.0 s",
            "events from 2026-03-02 09:00 to 2026-03-05 18:00 (wall clock as written: UTC+09:00)",
            "  Alpha [a]: views 4, clicks 2, rate 50.0%, dwell avg 16.3 s",
            "  Gate [d2]: views 3, clicks 1, rate 33.3%, dwell avg 17.0 s",
            "  Seoul [2 devices]: views 6, clicks 2, rate 33.3%, dwell avg 16.0 s",
            "Events by hour: 9h 3, 10h 1, 18h 2",
            "Events by weekday: Mon 2, Tue 2, Wed 1, Thu 1, Fri 0, Sat 0, Sun 0",
            "Devices not online: Gate [d2] (offline)",
            "Idle devices (no events): Dock [d3]", "Inconsistencies: none found",
        ] {
            #expect(profile.contains(line), "\(line)")
        }
    }

    @Test("Nulls and absent fields are counted")
    func nulls() throws {
        let document =
            #"{"viewEvents":[{"adId":"a","memo":null},{"adId":"b"},{"adId":"c","memo":1},{"adId":"c","memo":"x"}]}"#
        let profile = try #require(SignageAnalyst.profile(of: try systemData(document)))
        #expect(profile.contains("memo: number/text, absent 1, null 1, 2 distinct, 1 to 1"))
    }

    @Test("However much there is, the profile has at most 6,000 characters and says what it leaves out")
    func length() throws {
        let name = String(repeating: "긴 이름 ", count: 40)
        let ads = (0..<400).map { #"{"id":"\#($0)-\#(name)","title":"\#(name)\#($0)"}"# }.joined(separator: ",")
        let fields = (0..<300).map { #""field\#($0)\#(name)":"\#(name)\#($0)""# }.joined(separator: ",")
        let events = (0..<500).map { #"{"adId":"\#($0)-\#(name)","deviceId":"\#(name)\#($0)",\#(fields)}"# }
        let data = try systemData(#"{"targetedAds":[\#(ads)],"viewEvents":[\#(events.joined(separator: ","))]}"#)
        let profile = try #require(SignageAnalyst.profile(of: data))
        #expect(profile.count <= 6000)
        #expect(profile.contains("views 500"))
        #expect(profile.contains("By ad (500):") && profile.contains(" more"))
        #expect(profile.contains("more fields"))
    }
}
