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

    @Test("A task that is cancelled in line comes in all the same, so that nobody behind it waits for ever")
    func cancellation() async {
        let turnstile = Turnstile(places: 1)
        await turnstile.enter()
        let waiting = Task { await turnstile.enter() }
        waiting.cancel()
        turnstile.leave()
        await waiting.value
        turnstile.leave()
        await turnstile.enter()
    }
}
