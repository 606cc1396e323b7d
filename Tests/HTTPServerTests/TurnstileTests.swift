import HTTPServer
import Synchronization
import Testing

@Suite struct TurnstileTests {
    /// Who is in, and who has been.
    private final class Room: Sendable {
        struct State {
            var inside = 0
            var most = 0
            var visitors: [Int] = []
        }

        private let state = Mutex(State())

        var now: State { state.withLock { $0 } }

        func come(_ visitor: Int) {
            state.withLock { state in
                state.inside += 1
                state.most = max(state.most, state.inside)
                state.visitors.append(visitor)
            }
        }

        func go() { state.withLock { $0.inside -= 1 } }
    }

    @Test("No more are let in than there are places, and all in the end")
    func bound() async {
        let (turnstile, room) = (Turnstile(places: 3), Room())
        await withDiscardingTaskGroup { group in
            for visitor in 0..<200 {
                group.addTask {
                    await turnstile.enter()
                    room.come(visitor)
                    for _ in 0..<5 { await Task.yield() }
                    room.go()
                    turnstile.leave()
                }
            }
        }
        let now = room.now
        #expect(now.most <= 3)
        #expect(now.inside == 0)
        #expect(now.visitors.sorted() == Array(0..<200))
    }

    @Test("Who waits comes in in the order in which they came, cancelled or not, and nobody before there is a place")
    func order() async throws {
        let (turnstile, room) = (Turnstile(places: 1), Room())
        await turnstile.enter()
        var line: [Task<Void, Never>] = []
        for visitor in 0..<3 {
            line.append(
                Task {
                    await turnstile.enter()
                    room.come(visitor)
                }
            )
            // So that it is in line before the next one.
            try await Task.sleep(for: .milliseconds(50))
        }
        line[1].cancel()
        try await Task.sleep(for: .milliseconds(50))
        #expect(room.now.visitors.isEmpty, "there is no place yet")
        for visitor in 0..<3 {
            turnstile.leave()
            await line[visitor].value
            #expect(room.now.visitors == Array(0...visitor))
        }
    }
}
