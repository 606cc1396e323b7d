import AssistantsAPI
import Synchronization
import Testing

@Suite struct IdentifierTests {
    @Test("Ids have OpenAI's form")
    func form() throws {
        let id = IDGenerator(clock: .system).next(Run.self).rawValue

        #expect(id.hasPrefix("run_"))
        #expect(id.utf8.count == 28)
        #expect(id.dropFirst(4).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    @Test("Ids of later milliseconds sort behind earlier ones")
    func order() {
        let time = Mutex(1_700_000_000_000)
        let generator = IDGenerator(
            clock: WallClock {
                time.withLock {
                    $0 += 1
                    return $0
                }
            }
        )

        let ids = (0..<1000).map { _ in generator.next(Message.self).rawValue }

        #expect(ids == ids.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        #expect(Set(ids).count == 1000)
    }

    @Test("An error repeats an id of any length as far as its beginning")
    func shortened() {
        #expect(Identifier<Run>("run_1").shortened == "run_1")
        let long = String(repeating: "가", count: 5000)
        #expect(Identifier<Run>(long).shortened == String(repeating: "가", count: 100) + "…")
    }

    @Test("A time is told in UTC")
    func time() {
        #expect(Timestamp(seconds: 1_787_736_600).iso8601 == "2026-08-26T09:30:00Z")
        #expect(Timestamp(seconds: 0).iso8601 == "1970-01-01T00:00:00Z")
    }
}
