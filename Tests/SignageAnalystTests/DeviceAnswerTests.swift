import SignageAnalyst
import Testing

@Suite struct DeviceAnswerTests {
    @Test("Dwell time is averaged and summed by device and by location")
    func dwell() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "dwell time?", about: data))
        // Lobby: 10 + 20 + 15, Gate: 30 + 5 + 16, Dock: none.
        #expect(answer.row("Lobby", in: "By device")?.suffix(2) == ["15.0", "45.0"])
        #expect(answer.row("Gate", in: "By device")?.suffix(2) == ["17.0", "51.0"])
        #expect(answer.row("Dock", in: "By device")?.suffix(2) == ["–", "–"])
        #expect(answer.row("Seoul", in: "By location") == ["Seoul", "2", "6", "2", "33.3%", "16.0", "96.0"])
        #expect(answer.row("Busan", in: "By location") == ["Busan", "1", "0", "0", "–", "–", "–"])
        #expect(answer.text.contains("`dwellTime` names no unit; it is taken for seconds."))
    }

    @Test("The unit of a duration is read from its field's name, or judged by its size and said")
    func units() throws {
        func document(_ field: String, _ value: String) -> String {
            #"{"viewEvents":[{"deviceId":"d","\#(field)":\#(value)}]}"#
        }
        for (field, value) in [
            ("dwellTimeMs", "2500"), ("dwell_seconds", "2.5"), ("체류시간(초)", "2.5"), ("dwellTime", "\"2.5초\""),
        ] {
            let answer = SignageAnalyst.answer(
                to: "dwell time by device",
                about: try systemData(document(field, value))
            )
            #expect(answer.contains("| 2.5 | 2.5 |"), "\(field)")
            #expect(!answer.contains("names no unit"), "\(field)")
        }
        let answer = SignageAnalyst.answer(
            to: "dwell time by device",
            about: try systemData(document("dwellTime", "2500"))
        )
        #expect(answer.contains("| 2.5 | 2.5 |"))
        #expect(answer.contains("`dwellTime` names no unit; it is taken for milliseconds."))
    }

    @Test("Plays and attention time come from the devices where the events have none")
    func deviceFields() throws {
        let document = """
            {"signages":[{"signageId":1,"name":"하나","지역":"서울","playCount":120,"attentionTimeSec":4},
            {"signageId":2,"name":"둘","지역":"서울","playCount":80,"attentionTimeSec":6},
            {"signageId":3,"name":"셋","지역":"부산","playCount":50,"attentionTimeSec":null}]}
            """
        let answer = AnswerReading(SignageAnalyst.answer(to: "재생수와 주목 시간을 알려줘", about: try systemData(document)))
        #expect(answer.row("하나") == ["하나", "1", "서울", "120", "4.0", "4.0"])
        #expect(answer.row("셋") == ["셋", "3", "부산", "50", "–", "–"])
        #expect(answer.row("서울", in: "위치별") == ["서울", "2", "200", "5.0", "10.0"])
    }

    @Test("A measure that no table has is reported with the field it needs")
    func missingMeasure() throws {
        let data = try systemData(SmallData.document)
        let attention = SignageAnalyst.answer(to: "주목 시간이 긴 디바이스는?", about: data)
        #expect(attention.contains("주목 시간: 계산할 수 없습니다. `viewEvents` 또는 `signages`에"))
        #expect(attention.contains("`attentionTime`"))
        let plays = SignageAnalyst.answer(to: "plays by device", about: data)
        #expect(plays.contains("Plays: cannot be computed.") && plays.contains("`playCount`"))
    }

    @Test("Offline devices are told by their status and idle ones by having no events")
    func availability() throws {
        let data = try systemData(SmallData.document)
        let answer = AnswerReading(SignageAnalyst.answer(to: "오프라인이거나 유휴인 디바이스는?", about: data))
        #expect(answer.text.contains("**오프라인 디바이스 1대** / 3대"))
        #expect(answer.row("Gate") == ["Gate", "d2", "Seoul", "오프라인", "3"])
        #expect(answer.text.contains("**유휴 디바이스(이벤트 0건) 1대** / 3대"))
        #expect(answer.row("Dock") == ["Dock", "d3", "Busan", "온라인", "0"])
        #expect(answer.row("Lobby") == nil)
    }

    @Test("Idle devices are not invented when events do not name devices")
    func idleUnknown() throws {
        let document = #"{"signages":[{"id":"d1"}],"viewEvents":[{"adId":"a","clicked":false}]}"#
        let answer = SignageAnalyst.answer(to: "idle devices", about: try systemData(document))
        #expect(
            answer.contains("Idle devices: cannot be computed. `viewEvents` has no field for it (such as `signageId`")
        )
        #expect(answer.contains("Offline devices: cannot be computed. `signages` has no field"))
    }

    @Test("Nested objects are read by their paths")
    func nested() throws {
        let document = """
            {"signages":[{"device":{"id":"d1","name":"Hall"},"location":{"name":"Jeju","lat":33.5}}],
            "viewEvents":[{"ad":{"id":"a","title":"A"},"device":{"id":"d1"},"clicked":true}]}
            """
        let answer = AnswerReading(SignageAnalyst.answer(to: "devices by location", about: try systemData(document)))
        #expect(answer.row("Hall") ?? answer.row("Jeju") != nil)
        #expect(answer.row("Jeju", in: "By location") == ["Jeju", "1", "1", "1", "100.0%"])
    }

    @Test("Without a table of devices their number is not known, and an empty one is called empty")
    func noTable() throws {
        let places = try systemData(#"{"viewEvents":[{"id":"1","location":"서울"}]}"#)
        #expect(AnswerReading(SignageAnalyst.answer(to: "위치별 조회", about: places)).row("서울") == ["서울", "–", "1"])
        let empty = try systemData(#"{"signages":[],"targetedAds":[{"id":"a"}]}"#)
        #expect(SignageAnalyst.answer(to: "요약해줘", about: empty).contains("디바이스 표(`signages`)가 비어 있어"))
    }

    @Test("A device that is out of order is not called offline")
    func outOfOrder() throws {
        let data = try systemData(#"{"signages":[{"id":"a","status":"error"},{"id":"b","status":"online"}]}"#)
        let answer = SignageAnalyst.answer(to: "오프라인 디바이스는?", about: data)
        #expect(answer.contains("오프라인 디바이스 0대** / 2대(온라인 1대), 그 밖의 상태 1대") && answer.contains("| a | a | error |"))
    }

    @Test("Clicks of the devices and views of the events of one place are a pair")
    func clicksOfDevices() throws {
        let data = try systemData(
            """
            {"signages":[{"id":"a","location":"Seoul","clicks":1},{"id":"b","location":"Seoul","clicks":1}],
            "viewEvents":[{"id":1,"deviceId":"a"},{"id":2,"deviceId":"a"},{"id":3,"deviceId":"b"},{"id":4,"deviceId":"b"}]}
            """
        )
        let answer = SignageAnalyst.answer(to: "views and clicks by location", about: data)
        #expect(AnswerReading(answer).row("Seoul") == ["Seoul", "2", "4", "2", "50.0%"])
    }

    @Test("Averages that devices give have no average of their own")
    func averages() throws {
        let data = try systemData(
            #"{"signages":[{"id":"S","plays":100,"avgDwellTime":10},{"id":"T","plays":900,"avgDwellTime":20}]}"#
        )
        let answer = SignageAnalyst.answer(to: "디바이스별 현황", about: data)
        #expect(AnswerReading(answer).row("**합계**")?.last == "**–**", "\(answer)")
    }

    @Test("How many devices are online is told beside those that are not")
    func online() throws {
        let answer = SignageAnalyst.answer(to: "몇 대가 온라인이야?", about: try systemData(SmallData.document))
        #expect(answer.contains("**오프라인 디바이스 1대** / 3대(온라인 2대):"))
    }

    @Test("Playbacks that devices count are those of the place asked about, and of no ad")
    func playsOfPlace() throws {
        let data = try systemData(
            """
            {"targetedAds":[{"id":"A1","title":"커피"}],"signages":[{"id":"S1","location":"서울","plays":100},
            {"id":"S2","location":"부산","plays":50}],"viewEvents":[{"id":1,"adId":"A1","deviceId":"S1"}]}
            """
        )
        #expect(AnswerReading(SignageAnalyst.answer(to: "서울 재생수는?", about: data)).row("재생")?.last == "100")
        #expect(AnswerReading(SignageAnalyst.answer(to: "커피의 재생수는?", about: data)).row("재생") == nil)
        #expect(AnswerReading(SignageAnalyst.answer(to: "총 재생수는?", about: data)).row("재생")?.last == "150")
    }
}
