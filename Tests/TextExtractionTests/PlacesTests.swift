import Synchronization
import Testing
import TextExtraction

@Suite struct PlacesTests {
    private final class Counts: Sendable {
        let counts = Mutex((held: 0, most: 0, done: 0))

        func enter() {
            counts.withLock { counts in
                counts.held += 1
                counts.most = max(counts.most, counts.held)
            }
        }

        func leave() {
            counts.withLock { counts in
                counts.held -= 1
                counts.done += 1
            }
        }
    }

    @Test("No more than the places are held, and all get their turn")
    func bound() async throws {
        let (places, counts) = (Places(3), Counts())

        try await withThrowingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    try await places.hold {
                        counts.enter()
                        await Task.yield()
                        counts.leave()
                    }
                }
            }
            try await group.waitForAll()
        }

        let (_, most, done) = counts.counts.withLock { $0 }
        #expect(most <= 3)
        #expect(done == 200)
    }

    @Test("Who gives up in the line takes no place with them")
    func cancellation() async throws {
        let places = Places(1)
        try await places.hold {
            let waiting = Task { try await places.hold { Issue.record("the place is taken") } }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }

        let isFree = try await places.hold { true }

        #expect(isFree)
    }
}
