import AssistantsAPI
import RunEngine
import Testing

@Suite("Event log")
struct EventLogTests {
    private static let message = Identifier<Message>("msg_1")
    private static let step = Identifier<RunStep>("step_1")

    private static func text(_ text: String, part: Int = 0, isFirst: Bool = false) -> StreamEvent {
        .contentDelta(message, .init(index: part, text: text, isFirst: isFirst))
    }

    private static func marker(_ text: String) -> StreamEvent {
        let annotation = Message.Annotation(text: text, range: 0..<3, fileID: "file-1")
        return .contentDelta(message, .init(text: text, isFirst: false, annotation: .init(annotation, index: 0)))
    }

    /// Whatever can stand beside a row of deltas.
    private static let all: [StreamEvent] = [
        text("Guten ", isFirst: true), text("Tag"), text(""), text("안녕"), text("👩‍👩‍👧"), text("\u{200D}"), text("e"),
        text("\u{301}"), marker("【0】"), text(" danach"),
        text("other part", part: 1, isFirst: true), text("of it", part: 1),
        text("back"), .contentDelta(message, .init(kind: .refusal, text: "no", isFirst: true)),
        .contentDelta(message, .init(kind: .refusal, text: ", never", isFirst: false)),
        .contentDelta(.init("msg_2"), .init(text: "begins", isFirst: true)),
        .contentDelta(.init("msg_2"), .init(text: "begins again", isFirst: true)),
        .toolCallDelta(step, .arguments(index: 0, "{\"a\"")), .toolCallDelta(step, .arguments(index: 0, ":1}")),
        .toolCallDelta(step, .arguments(index: 1, "{}")), .toolCallDelta(.init("step_2"), .arguments(index: 1, "{}")),
        .toolCallDelta(step, .code(index: 1, "print(")), .toolCallDelta(step, .code(index: 1, "1)")),
        .toolCallDelta(step, .output(index: 1, number: 0, .logs("1"))),
    ]

    @Test("tells every event as it was told, from any place and in pieces of any size")
    func tellsWhatItWasTold() {
        var log = EventLog()
        var told: [StreamEvent] = []
        for event in Self.all {
            log.append([event])
            told.append(event)
            #expect(log.count == told.count)
            for place in 0...told.count + 1 {
                for limit in [1, 2, 3, 7, Int.max] {
                    #expect(log.events(from: place, atMost: limit) == Array(told.dropFirst(place).prefix(limit)))
                }
            }
        }
        #expect(EventLog(events: told).events() == told)
    }

    @Test("a copy does not grow with its original")
    func isValue() {
        var log = EventLog(events: Array(Self.all.prefix(3)))
        let copy = log
        log.append([Self.text("more")])
        #expect(copy.events() == Array(Self.all.prefix(3)))
        #expect(log.events() == Array(Self.all.prefix(3)) + [Self.text("more")])
    }

    @Test("a row ends where numbers skip ahead")
    func skips() {
        var log = EventLog(events: [Self.text("a", isFirst: true), Self.text("b")])
        log.beginNewLife()
        log.append([Self.text("c"), Self.text("d")])
        #expect(log.events() == ["a", "b", "c", "d"].map { Self.text($0, isFirst: $0 == "a") })
        #expect(log.contents.map(\.place) == [0, 2])
        #expect((0..<4).map(log.number(at:)) == [1, 2, 1_000_003, 1_000_004])
        #expect(log.place(after: 2) == 2 && log.place(after: 1_000_003) == 3)
    }

    @Test("a long text is one row of the log, and what is told around it stands beside it")
    func isOneRow() {
        var log = EventLog(events: [Self.marker("【0】")])
        for _ in 0..<1_000 { log.append([Self.text("word ")]) }
        log.append([Self.marker("【0】"), Self.text("end")])
        #expect(log.contents.map(\.place) == [0, 1, 1_001, 1_002])
    }

    @Test("deltas of one text are kept as one row")
    func isCompact() throws {
        var row = try #require(DeltaRow(Self.text("a", isFirst: true), Self.text("b")))
        let taken = (0..<1_000).count { _ in row.append(Self.text("word ")) }
        let others = [Self.text("x", part: 1), Self.text("x", isFirst: true), Self.marker("x")]
        let strays = others.count { row.append($0) }
        #expect((taken, strays, row.count) == (1_000, 0, 1_002))
        #expect(DeltaRow(Self.marker("x"), Self.text("y"))?.count == nil)
        #expect(DeltaRow(Self.text("x"), Self.marker("y"))?.count == nil)
    }
}
