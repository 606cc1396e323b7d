import ModelProviders
import NIOCore
import NIOPosix
import Testing

@Suite struct HandOverTests {
    private struct Broken: Error {}

    private let loop = MultiThreadedEventLoopGroup.testing.any()

    @Test("The giver learns of the taking, and not before")
    func taking() async throws {
        let place = HandOver<Int>()
        let taken = place.offer(1, on: loop)
        async let isTaken: Void = taken.get()
        #expect(try await place.next() == 1)
        try await isTaken
    }

    @Test("All arrive in their order when giver and taker take turns")
    func order() async throws {
        let place = HandOver<Int>()
        async let given: Void = {
            for number in 0..<1000 { try await place.offer(number, on: loop).get() }
            place.finish()
        }()
        var received: [Int] = []
        while let number = try await place.next() { received.append(number) }
        try await given
        #expect(received == Array(0..<1000))
    }

    @Test("What was offered before the end can still be taken")
    func end() async throws {
        let place = HandOver<Int>()
        let taken = place.offer(1, on: loop)
        place.finish()
        #expect(try await place.next() == 1)
        #expect(try await place.next() == nil)
        try await taken.get()
    }

    @Test("A failure reaches the waiting taker, and the giver whose thing is dropped")
    func failure() async throws {
        let place = HandOver<Int>()
        let waiting = Task { try await place.next() }
        loop.scheduleTask(in: .milliseconds(5)) { place.fail(Broken()) }
        await #expect(throws: Broken.self) { try await waiting.value }

        let other = HandOver<Int>()
        let taken = other.offer(1, on: loop)
        other.fail(Broken())
        await #expect(throws: Broken.self) { try await taken.get() }
        await #expect(throws: Broken.self) { try await other.next() }
        await #expect(throws: Broken.self) { try await other.offer(2, on: loop).get() }
    }

    @Test("After the end nothing fails any more")
    func failureAfterEnd() async throws {
        let place = HandOver<Int>()
        place.finish()
        place.fail(Broken())
        #expect(try await place.next() == nil)
    }
}
