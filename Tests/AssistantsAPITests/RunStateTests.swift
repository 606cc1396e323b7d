import AssistantsAPI
import Testing

@Suite struct RunStateTests {
    private static let now = Timestamp(seconds: 1000)
    private static let lifetime = Run.Lifetime(startedAt: now, expiresAt: Timestamp(seconds: 1600))
    private static let action = Run.RequiredAction(toolCalls: [])
    private static let error = Run.LastError(code: .serverError, message: "down")

    private static let states: [Run.State] = [
        .queued(lifetime), .inProgress(lifetime), .requiresAction(lifetime, action), .cancelling(lifetime),
        .cancelled(startedAt: now, at: now, usage: nil), .failed(startedAt: now, at: now, error: error, usage: nil),
        .completed(startedAt: now, at: now, usage: nil),
        .incomplete(startedAt: now, at: now, reason: .maxCompletionTokens, usage: nil),
        .expired(startedAt: now, expiredAt: now, usage: nil),
    ]

    /// Every move that exists; all others must be refused.
    private static let moves: [(from: Run.Status, event: Run.Event, to: Run.Status)] = [
        (.queued, .claimed(at: now), .inProgress),
        (.inProgress, .orphaned, .queued),
        (.inProgress, .actionRequired(action), .requiresAction),
        (.requiresAction, .outputsSubmitted, .queued),
        (.queued, .cancellationRequested, .cancelling),
        (.inProgress, .cancellationRequested, .cancelling),
        (.requiresAction, .cancellationRequested, .cancelling),
        (.cancelling, .cancelled(at: now, usage: nil), .cancelled),
        (.inProgress, .completed(at: now, usage: nil), .completed),
        (.cancelling, .completed(at: now, usage: nil), .completed),
        (.inProgress, .cutShort(at: now, reason: nil, usage: nil), .incomplete),
        (.cancelling, .cutShort(at: now, reason: nil, usage: nil), .incomplete),
        (.queued, .failed(at: now, error: error, usage: nil), .failed),
        (.inProgress, .failed(at: now, error: error, usage: nil), .failed),
        (.cancelling, .failed(at: now, error: error, usage: nil), .failed),
        (.queued, .expired(usage: nil), .expired),
        (.inProgress, .expired(usage: nil), .expired),
        (.requiresAction, .expired(usage: nil), .expired),
        (.cancelling, .expired(usage: nil), .expired),
    ]

    private static let events: [Run.Event] = [
        .claimed(at: now), .orphaned, .actionRequired(action), .outputsSubmitted, .cancellationRequested,
        .cancelled(at: now, usage: nil), .completed(at: now, usage: nil), .cutShort(at: now, reason: nil, usage: nil),
        .failed(at: now, error: error, usage: nil), .expired(usage: nil),
    ]

    @Test("Exactly the listed moves exist")
    func moves() {
        for state in Self.states {
            for event in Self.events {
                let expected = Self.moves.first { $0.from == state.status && $0.event == event }?.to

                let reached = try? state.after(event).status

                #expect(reached == expected, "\(state.status) after \(event)")
            }
        }
    }

    @Test("A run that has ended moves no more", arguments: [4, 5, 6, 7, 8])
    func terminal(_ index: Int) {
        let state = Self.states[index]

        #expect(state.status.isTerminal)
        #expect(Self.events.allSatisfy { (try? state.after($0)) == nil })
    }

    @Test("A claim sets the start, and keeps the deadline")
    func claim() throws {
        let queued = Run.State.queued(Run.Lifetime(expiresAt: Timestamp(seconds: 1600)))

        let state = try queued.after(.claimed(at: Self.now))

        #expect(state.times.startedAt == Self.now)
        #expect(state.times.expiresAt == Timestamp(seconds: 1600))
        #expect(state.times.completedAt == nil)
    }

    @Test("A completed run has its end and usage, and no deadline")
    func completion() throws {
        let usage = TokenUsage(promptTokens: 3, completionTokens: 4)

        let state = try Run.State.inProgress(Self.lifetime).after(
            .completed(at: Timestamp(seconds: 1010), usage: usage)
        )

        #expect(state.times.completedAt == Timestamp(seconds: 1010))
        #expect(state.times.expiresAt == nil)
        #expect(state.usage == usage)
    }
}
