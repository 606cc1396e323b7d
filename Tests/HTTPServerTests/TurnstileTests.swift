import HTTPServer
import Synchronization
import Testing

@Suite struct TurnstileTests {
    /// Who is in, and in which order they came in.
    private struct Seen {
        var inside = 0
        var most = 0
        var order: [Int] = []
    }

    @Test("No more are let in than there are places, and all in the end")
    func bound() async {
        let turnstile = Turnstile(places: 3)
        let seen = Mutex(Seen())
        await withDiscardingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    await turnstile.enter()
                    seen.withLock { seen in
                        seen.inside += 1
                        seen.most = max(seen.most, seen.inside)
                        seen.order.append(number)
                    }
                    for _ in 0..<5 { await Task.yield() }
                    seen.withLock { $0.inside -= 1 }
                    turnstile.leave()
                }
            }
        }
        let result = seen.withLock { $0 }
        #expect(result.most <= 3)
        #expect(result.inside == 0)
        #expect(result.order.sorted() == Array(0..<200))
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
