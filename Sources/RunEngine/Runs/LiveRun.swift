import AssistantsAPI
import NIOCore
import Storage
import Synchronization

/// A run that this process works on: its events so far, those who wait for its end, and the wish to stop it.
///
/// The events are one log that all readers share, each with a place of its own in it. A slow reader therefore costs no
/// memory and never slows the run; what it missed it reads later in one piece.
package final class LiveRun: Sendable {
    package let id: Identifier<Run>
    package let threadID: Identifier<AssistantThread>
    let expiresAt: Timestamp
    /// Where the tokens that it uses are charged.
    let tokenMeter: TokenMeter?
    /// The request that asked for it, for the log; nil for a run that was found in the store.
    let requestID: String?
    /// Whether that request waits for the end, and tells of it in its own line of the log.
    let isAwaited: Bool
    let beganAt = ContinuousClock.now
    /// The event loop of the client that is told the events as they come, if the run was asked for that way.
    let reader: (any EventLoop)?

    /// Why a run is to stop before its answer is complete.
    enum Interruption: Sendable { case cancellation, expiry, deletion, shutdown, excess }

    private let state: Mutex<State>
    /// Whether somebody waits until a time, which all runs are asked several times a second.
    private let hasDeadline = Atomic<Bool>(false)

    init(
        id: Identifier<Run>,
        threadID: Identifier<AssistantThread>,
        expiresAt: Timestamp,
        log: EventLog = EventLog(),
        tokenMeter: TokenMeter? = nil,
        requestID: String? = nil,
        isAwaited: Bool = false,
        reader: (any EventLoop)? = nil,
        hasReaders: Bool = true
    ) {
        state = Mutex(State(log: log, hasReaders: hasReaders))
        self.tokenMeter = tokenMeter
        self.requestID = requestID
        self.isAwaited = isAwaited
        self.reader = reader
        self.id = id
        self.threadID = threadID
        self.expiresAt = expiresAt
    }

    // MARK: Waiting

    /// Waits until the run has ended, or waits for outputs: it is in `requires_action` then. Throws when its outcome
    /// cannot be known here, and `CancellationError` when the caller stops waiting; the run goes on.
    package func outcome() async throws -> RunOutcome {
        while true {
            if let outcome = try outcomeSoFar() { return outcome }
            try Task.checkCancellation()
            await wait(for: .rest) { !$0.phase.isWorking }
        }
    }

    /// Nil while the run is at work. Not inlined: who waits for the outcome has no room for it yet.
    @inline(never)
    private func outcomeSoFar() throws -> RunOutcome? {
        switch state.withLock({ $0.phase }) {
        case .working: nil
        case .waitingForOutputs(let run): RunOutcome(run: run)
        case .ended(let result): try result.get()
        }
    }

    /// Waits for the same, but not much longer than `duration`.
    package func waitForRest(atMost duration: Duration) async {
        await wait(for: .rest, until: .now + duration) { !$0.phase.isWorking }
    }

    /// Events that a reader is given at a time: one that is far behind catches up bit by bit.
    static let batch = 256

    /// What a reader of events finds.
    package enum News: Sendable {
        case events([StreamEvent])
        /// Nothing for a while. The reader may tell its client that it is still there.
        case nothingYet
        /// The run has told everything. It has ended, or nothing will happen before the caller delivers outputs.
        case over
    }

    /// The events from place `index` of the log on, as soon as there is one.
    package func news(from index: Int) async throws -> News {
        if let news = state.withLock({ $0.read(from: index) }) { return news }
        try Task.checkCancellation()
        await wait(for: .event) { $0.hasNews(from: index) }
        try Task.checkCancellation()
        return state.withLock { $0.news(from: index) } ?? .nothingYet
    }

    /// The same for a reader that is no task. Where there is no news yet, `wake` is called once, as soon as there may be
    /// some or the reader may tell its client that it is still there; by whoever brings the news, who is not to be kept.
    package func news(from index: Int, orCall wake: @escaping @Sendable () -> Void) -> News? {
        state.withLock { state in
            if let news = state.read(from: index) { return news }
            state.waiters.append(Waiter(ticket: 0, occasion: .event, deadline: nil, wake: .call(wake)))
            return nil
        }
    }

    /// Whether somebody reads the events as they come, as far as is known.
    var hasReaders: Bool { state.withLock { $0.hasReaders } }

    /// What has happened so far.
    package var log: EventLog { state.withLock { $0.log } }

    /// Wakes the readers although there is nothing to read.
    func wakeReaders() { update(waking: [.event]) { _ in } }

    /// Wakes those who have waited as long as they wanted to.
    func wakeLate(at now: ContinuousClock.Instant) {
        guard hasDeadline.load(ordering: .relaxed) else { return }
        let late = state.withLock { state -> [Waiter] in
            let late = state.waiters.filter { $0.isLate(at: now) }
            state.waiters.removeAll { $0.isLate(at: now) }
            hasDeadline.store(state.waiters.contains { $0.deadline != nil }, ordering: .relaxed)
            return late
        }
        for waiter in late { waiter.wake() }
    }

    /// Waits until the run is on disk, and tells where the messages that came with it stand. Throws when it could not
    /// be stored.
    ///
    /// - Parameter database: is asked to hurry, as the run may have been handed in as one that nobody waits for.
    @discardableResult
    func waitUntilStored(hurrying database: Database? = nil) async throws -> StoredInput? {
        while true {
            if let stored = state.withLock({ $0.stored }) { return try stored.get() }
            database?.hurry()
            await waitWithoutCancellation()
        }
    }

    /// Where the messages that came with the run stand; nil as long as it is not on disk, and for one that was found there.
    var storedInput: StoredInput? { state.withLock { try? $0.stored?.get() } }

    /// Storing takes one commit and cannot be given up half-way, so neither can the wait for it.
    private func waitWithoutCancellation() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.stored != nil { return false }
                state.waiters.append(Waiter(ticket: 0, occasion: .stored, deadline: nil, wake: .task(continuation)))
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    /// Suspends until the occasion comes, unless `hasCome` already, or the task is cancelled.
    private func wait(
        for occasion: Occasions,
        until deadline: ContinuousClock.Instant? = nil,
        unless hasCome: @Sendable (borrowing State) -> Bool
    ) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    if hasCome(state) || Task.isCancelled { return false }
                    if deadline != nil { hasDeadline.store(true, ordering: .relaxed) }
                    state.waiters.append(
                        Waiter(ticket: ticket, occasion: occasion, deadline: deadline, wake: .task(continuation))
                    )
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.wake()
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
        for waiter in woken { waiter.wake() }
    }

    // MARK: Working

    /// Tells what happened. Nothing is told behind the end.
    func publish(_ events: StreamEvent...) { publish(events) }

    func publish(_ events: [StreamEvent]) {
        update(waking: [.event]) { state in
            guard !state.phase.isEnded else { return }
            if state.isSettled { state.heldBack += events } else { state.log.append(events) }
        }
    }

    /// Takes the log as it is to be stored together with what ends this stretch of work. Until that is told, nothing else
    /// is: the record and the log must not differ.
    func settle() -> EventLog {
        state.withLock { state in
            state.isSettled = true
            return state.log
        }
    }

    /// Tells of an answer that is stored; the run works on.
    func goOn(_ events: [StreamEvent]) {
        update(waking: [.event]) { state in
            guard !state.phase.isEnded else { return }
            state.log.append(events + state.heldBack)
            state.heldBack = []
            state.isSettled = false
            state.turn = nil
        }
    }

    /// The run is on disk. `input` is nil for one that was found there.
    func markStored(_ input: StoredInput?) {
        update(waking: [.stored]) { state in
            state.stored = .success(input)
            state.rows = nil
        }
    }

    /// Keeps the rows that may be taken back from the store.
    func keep(_ rows: PostponedRows) { state.withLock { if $0.stored == nil { $0.rows = rows } } }

    /// Hands the rows out that may be taken back; nil when there are none.
    func takeRows() -> PostponedRows? {
        state.withLock { state in
            defer { state.rows = nil }
            return state.rows
        }
    }

    /// The run could not be stored, which ends it. All at once, so that nobody who works on it is first with another reason.
    func withdraw(_ error: any Error) {
        var task: Task<Void, Never>?
        update(waking: [.stored, .event, .rest]) { state in
            state.stored = .failure(error)
            state.rows = nil
            if state.interruption == nil { state.interruption = .deletion }
            guard !state.phase.isEnded else { return }
            state.phase = .ended(.failure(error))
            task = state.task
            state.task = nil
            state.turn = nil
        }
        task?.cancel()
    }

    /// Ends the run for all who wait. The first end counts.
    func finish(_ result: Result<RunOutcome, any Error>, events: [StreamEvent] = []) {
        update(waking: [.event, .rest]) { state in
            guard !state.phase.isEnded else { return }
            state.log.append(events)
            state.phase = .ended(result)
            state.task = nil
            state.turn = nil
        }
    }

    /// The run works no more until outputs come. Returns false when it is to stop instead; the events are told anyway.
    func waitForOutputs(_ run: Run, events: [StreamEvent]) -> Bool {
        var waits = false
        update(waking: [.event, .rest]) { state in
            guard state.phase.isWorking else { return }
            state.isSettled = false
            state.log.append(events + state.heldBack)
            state.heldBack = []
            guard state.interruption == nil else { return }
            state.phase = .waitingForOutputs(run)
            state.task = nil
            state.turn = nil
            waits = true
        }
        return waits
    }

    /// The run, waiting for outputs still, has got some of them.
    func updateWaiting(_ run: Run) {
        state.withLock { state in
            if case .waitingForOutputs = state.phase { state.phase = .waitingForOutputs(run) }
        }
    }

    /// Lets a run that waited for outputs work again. Returns the place of the first of `events` in the log; nil when
    /// it did not wait, or somebody else was first.
    func resume(events: [StreamEvent] = []) -> Int? {
        var place: Int?
        update(waking: [.event]) { state in
            guard case .waitingForOutputs = state.phase else { return }
            state.phase = .working
            state.hasReaders = true
            place = state.log.count
            state.log.append(events)
        }
        return place
    }

    /// Why the run's outcome cannot be known here; nil when it can, or is not there yet.
    package var failure: (any Error)? {
        state.withLock { state in
            if case .ended(.failure(let error)) = state.phase { error } else { nil }
        }
    }

    /// The run as it ended, or as it waits for outputs; nil while it is at work.
    var restingRun: Run? {
        state.withLock { state in
            switch state.phase {
            case .working, .ended(.failure): nil
            case .waitingForOutputs(let run): run
            case .ended(.success(let outcome)): outcome.run
            }
        }
    }

    var isEnded: Bool { state.withLock { $0.phase.isEnded } }

    var isWaitingForOutputs: Bool {
        state.withLock { state in
            if case .waitingForOutputs = state.phase { true } else { false }
        }
    }

    func changeMetadata(to metadata: Metadata) { state.withLock { $0.metadata = metadata } }

    /// The run as it is at work, with what its caller changed meanwhile.
    func current(_ run: Run) -> Run {
        var run = run
        if let metadata = state.withLock({ $0.metadata }) { run.metadata = metadata }
        return run
    }

    /// Shows what the model is saying, as long as it is not stored.
    func show(_ turn: TurnInProgress) { state.withLock { $0.turn = turn } }

    /// What the model is saying just now; nil between answers.
    var turn: TurnInProgress? { state.withLock { $0.phase.isWorking ? $0.turn : nil } }

    // MARK: Interrupting

    var interruption: Interruption? { state.withLock { $0.interruption } }

    /// Lets the run be stopped through `task`, which works on it.
    func attach(_ task: Task<Void, Never>) {
        let mustStop = state.withLock { state in
            if state.phase.isWorking { state.task = task }
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
