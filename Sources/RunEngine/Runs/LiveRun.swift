import AssistantsAPI
import Synchronization

/// A run that this process works on: its events so far, those who wait for its end, and the wish to stop it.
///
/// The events are one log that all readers share, each with a place of its own in it. A slow reader therefore costs no
/// memory and never slows the run; what it missed it reads later in one piece.
package final class LiveRun: Sendable {
    package let id: Identifier<Run>
    package let threadID: Identifier<AssistantThread>
    let expiresAt: Timestamp
    /// The request that asked for it, for the log; nil for a run that was found in the store.
    let requestID: String?
    /// Whether that request waits for the end, and tells of it in its own line of the log.
    let isAwaited: Bool
    let beganAt = ContinuousClock.now

    /// Why a run is to stop before its answer is complete.
    enum Interruption: Sendable { case cancellation, expiry, deletion, shutdown, excess }

    private struct State {
        var events: [StreamEvent] = []
        var end: Result<RunOutcome, any Error>?
        /// Whether the run's row is on disk.
        var stored: Result<StoredInput?, any Error>?
        var interruption: Interruption?
        var task: Task<Void, Never>?
        var nextTicket = 0
        var waiters: [Waiter] = []
    }

    /// What someone waits for. Those who wait for the end are not woken by each event.
    private struct Occasions: OptionSet {
        let rawValue: UInt8
        static let stored = Occasions(rawValue: 1)
        static let event = Occasions(rawValue: 2)
        static let end = Occasions(rawValue: 4)
    }

    private struct Waiter {
        let ticket: Int
        let occasion: Occasions
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex(State())

    init(
        id: Identifier<Run>,
        threadID: Identifier<AssistantThread>,
        expiresAt: Timestamp,
        requestID: String? = nil,
        isAwaited: Bool = false
    ) {
        self.requestID = requestID
        self.isAwaited = isAwaited
        self.id = id
        self.threadID = threadID
        self.expiresAt = expiresAt
    }

    // MARK: Waiting

    /// Waits for the run's end. Throws when its outcome cannot be known here, and `CancellationError` when the caller
    /// stops waiting; the run goes on.
    package func outcome() async throws -> RunOutcome {
        while true {
            if let end = state.withLock({ $0.end }) { return try end.get() }
            try Task.checkCancellation()
            await wait(for: .end) { $0.end != nil }
        }
    }

    /// What a reader of events finds.
    package enum News: Sendable {
        case events([StreamEvent])
        /// Nothing for a while. The reader may tell its client that it is still there.
        case nothingYet
        /// The run has ended and told everything.
        case over
    }

    /// The events from number `index` on, as soon as there is one.
    package func news(from index: Int) async throws -> News {
        func look() -> News? {
            state.withLock { state in
                if state.events.count > index { return .events(Array(state.events[index...])) }
                return state.end == nil ? nil : .over
            }
        }
        if let news = look() { return news }
        try Task.checkCancellation()
        await wait(for: .event) { $0.events.count > index || $0.end != nil }
        try Task.checkCancellation()
        return look() ?? .nothingYet
    }

    /// Wakes the readers although there is nothing to read.
    func wakeReaders() { update(waking: [.event]) { _ in } }

    /// Waits until the run is on disk, and tells where the messages that came with it stand. Throws when it could not
    /// be stored.
    @discardableResult
    func waitUntilStored() async throws -> StoredInput? {
        while true {
            if let stored = state.withLock({ $0.stored }) { return try stored.get() }
            await waitWithoutCancellation()
        }
    }

    /// Storing takes one commit and cannot be given up half-way, so neither can the wait for it.
    private func waitWithoutCancellation() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.stored != nil { return false }
                state.waiters.append(Waiter(ticket: 0, occasion: .stored, continuation: continuation))
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Suspends until the occasion comes, unless `hasCome` already, or the task is cancelled.
    private func wait(for occasion: Occasions, unless hasCome: @Sendable (borrowing State) -> Bool) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    if hasCome(state) || Task.isCancelled { return false }
                    state.waiters.append(Waiter(ticket: ticket, occasion: occasion, continuation: continuation))
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume()
        }
    }

    private func update(waking occasions: Occasions, _ body: (inout State) -> Void) {
        let woken = state.withLock { state -> [Waiter] in
            body(&state)
            guard state.waiters.contains(where: { occasions.contains($0.occasion) }) else { return [] }
            let woken = state.waiters.filter { occasions.contains($0.occasion) }
            state.waiters.removeAll { occasions.contains($0.occasion) }
            return woken
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    // MARK: Working

    /// Tells what happened. Nothing is told behind the end.
    func publish(_ events: StreamEvent...) { publish(events) }

    func publish(_ events: [StreamEvent]) {
        update(waking: [.event]) { state in
            if state.end == nil { state.events += events }
        }
    }

    func markStored(_ result: Result<StoredInput?, any Error>) { update(waking: [.stored]) { $0.stored = result } }

    /// Ends the run for all who wait. The first end counts.
    func finish(_ result: Result<RunOutcome, any Error>, events: [StreamEvent] = []) {
        update(waking: [.event, .end]) { state in
            guard state.end == nil else { return }
            state.events += events
            state.end = result
            state.task = nil
        }
    }

    // MARK: Interrupting

    var interruption: Interruption? { state.withLock { $0.interruption } }

    /// Lets the run be stopped through `task`, which works on it.
    func attach(_ task: Task<Void, Never>) {
        let mustStop = state.withLock { state in
            if state.end == nil { state.task = task }
            return state.interruption != nil
        }
        if mustStop { task.cancel() }
    }

    /// Asks the work to stop, for the first reason that is given. Returns whether there is a task at work.
    @discardableResult
    func interrupt(_ reason: Interruption) -> Bool {
        let task = state.withLock { state in
            if state.interruption == nil { state.interruption = reason }
            return state.task
        }
        task?.cancel()
        return task != nil
    }
}
