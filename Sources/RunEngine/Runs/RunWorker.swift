import AssistantsAPI
import CodeInterpreter
import Logging
import ModelProviders
import ServiceLifecycle
import Storage
import Synchronization

/// Carries runs to their end: starts them when their thread is free, ends those that are late, takes up those that a
/// process left behind, and hands over what is unfinished at shutdown.
///
/// Each run at work is a task that this service owns: it is reachable through its `LiveRun`, and `run()` returns only
/// when there is none left.
package final class RunWorker: Service {
    package let liveRuns: LiveRuns
    let configuration: EngineConfiguration
    let database: Database
    let answerer: Answerer
    let prompts: PromptBuilder
    let analysis: ThreadAnalysis
    /// Searches the documents of runs; nil in a server that keeps none.
    let fileSearch: (any FileSearching)?
    /// Runs code for runs; nil in a server that runs none.
    let code: CodeExecution?
    /// Reads the image files of conversations; nil in a server that keeps none.
    let images: ImageFiles?
    let ids: IDGenerator
    let clock: WallClock
    let logger: Logger

    private static let tick: Duration = .milliseconds(250)
    /// Ticks after which readers of a run hear something, be it that there is nothing to tell.
    private static let heartbeat = 60
    /// Ticks between two looks for runs that nobody works on.
    private static let recovery = 120
    /// Ticks between two renewals of the lease on what this process works on.
    private static let renewal = 40
    /// Ticks between two looks for events whose time is over.
    private static let forgetting = 240

    private let lanes = ThreadLanes<RunWork>()
    private let slots: RunSlots
    /// Held while a run of an existing thread enters its line and is handed to the store. What is called under it must not
    /// enter another.
    private let entrance = Mutex(())
    /// When the process must have let go of all runs; set once the shutdown has begun.
    private let drainDeadline = Mutex<ContinuousClock.Instant?>(nil)

    package init(
        database: Database,
        answerer: Answerer,
        analysis: ThreadAnalysis,
        fileSearch: (any FileSearching)? = nil,
        code: CodeExecution? = nil,
        images: ImageFiles? = nil,
        configuration: EngineConfiguration,
        ids: IDGenerator,
        clock: WallClock,
        logger: Logger
    ) {
        self.database = database
        self.answerer = answerer
        self.analysis = analysis
        self.fileSearch = fileSearch
        self.code = code
        self.images = images
        self.configuration = configuration
        self.ids = ids
        self.clock = clock
        self.logger = logger
        liveRuns = LiveRuns(limit: configuration.maximumUnfinishedRuns)
        slots = RunSlots(limit: configuration.maximumConcurrentRuns)
        prompts = PromptBuilder(
            database: database,
            cache: PromptCache(limit: configuration.promptCacheBytes),
            contextTokens: configuration.contextTokens
        )
    }

    // MARK: Service

    package func run() async throws {
        var ticks = 0
        var mayForget = true
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.tick) }
            ticks += 1
            look(tellsReaders: ticks.isMultiple(of: Self.heartbeat))
            if ticks.isMultiple(of: Self.renewal), !liveRuns.isEmpty {
                do { try await database.write { try $0.runs.renewLease() } } catch is CancellationError {
                    continue
                } catch {
                    logger.error("The lease on runs could not be renewed", error)
                }
            }
            if ticks.isMultiple(of: Self.recovery) {
                do { try await recover() } catch is CancellationError {
                    continue
                } catch {
                    logger.error("Unfinished runs could not be read", error)
                }
            }
            if mayForget || ticks.isMultiple(of: Self.forgetting) {
                do { mayForget = try await forgetEvents() } catch is CancellationError {
                    continue
                } catch {
                    logger.error("Old events could not be forgotten", error)
                }
            }
        }
        if drainDeadline.withLock({ $0 }) == nil { beginShutdown(grace: .zero) }
        while !liveRuns.isEmpty {
            ticks += 1
            look(tellsReaders: ticks.isMultiple(of: 50 * Self.heartbeat))
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Sees to what the clock brings about.
    private func look(tellsReaders: Bool) {
        let (now, instant) = (clock.now(), ContinuousClock.now)
        let isDrained = drainDeadline.withLock { $0.map { instant >= $0 } ?? false }
        for live in liveRuns.all {
            if live.expiresAt <= now { stop(live, .expiry) }
            if isDrained { stop(live, .shutdown) }
            live.wakeLate(at: instant)
            if tellsReaders { live.wakeReaders() }
        }
    }

    /// Takes no new runs, and lets those at work end within `grace`; what is left then is for the next start.
    package func beginShutdown(grace: Duration) {
        liveRuns.close()
        drainDeadline.withLock { deadline in
            let new = ContinuousClock.now + grace
            deadline = min(deadline ?? new, new)
        }
        // Those that wait for outputs need nobody: the next start has them wait on.
        for live in liveRuns.all where live.isWaitingForOutputs { liveRuns.remove(live) }
    }

    // MARK: Runs

    /// Puts a run in its thread's line and lets `store` hand it to the store, told whether it begins at once; else it waits as a
    /// stored run. Returns the same.
    ///
    /// One run after the other, so that of those that come at the same time the one that has the thread is also the first in
    /// the store: there the others find it, or line up behind it. Nobody else comes to a new thread.
    func enter(
        _ live: LiveRun,
        isNewThread: Bool = false,
        storing store: (_ beginsNow: Bool) -> Void = { _ in }
    ) -> Bool {
        if isNewThread { return takePlace(live, storing: store) }
        return entrance.withLock { _ in takePlace(live, storing: store) }
    }

    private func takePlace(_ live: LiveRun, storing store: (_ beginsNow: Bool) -> Void) -> Bool {
        let waiting = RunWork(live: live, origin: .stored)
        // The thread may be free and the server at its limit: the run keeps its thread then and waits for a slot.
        let beginsNow = lanes.enter(live.threadID, waiting) && slots.take(orWait: waiting)
        store(beginsNow)
        return beginsNow
    }

    /// Begins work on a run that may.
    func begin(_ work: RunWork) {
        let execution = RunExecution(work: work, worker: self)
        let task = Task {
            await execution.perform()
            self.didEnd(work.live)
        }
        work.live.attach(task)
    }

    private func didEnd(_ live: LiveRun) {
        // One that waited for outputs may have got them meanwhile: whoever works on it then removes it.
        if live.isEnded || (liveRuns.isClosed && live.isWaitingForOutputs) { liveRuns.remove(live) }
        if let next = slots.release() { begin(next) }
    }

    /// Called by a run that has let go of its thread, before it tells anyone that it has ended.
    func releaseThread(of live: LiveRun) {
        if let next = lanes.leave(live.threadID) { beginWhenPossible(next) }
    }

    private func beginWhenPossible(_ work: RunWork) {
        if slots.take(orWait: work) { return begin(work) }
        // Who stopped it a moment ago found it nowhere.
        if work.live.interruption != nil, let work = takeWaiting(work.live) {
            end(work.live, work, releasesThread: false)
        }
    }

    /// What a model is saying in a thread just now; nil when it says nothing. Nothing of it is stored.
    func turn(in thread: Identifier<AssistantThread>) -> TurnInProgress? {
        lanes.holder(of: thread)?.live.turn
    }

    /// Goes on with a run whose outputs have come; it never gave its thread away.
    func resume(_ live: LiveRun, _ begun: RunExecution.Begun) {
        beginWhenPossible(RunWork(live: live, origin: .resumed(begun)))
    }

    /// What came of storing a run.
    func didStore(_ live: LiveRun, _ result: Result<StoredInput, any Error>) {
        switch result {
        case .success(let input): live.markStored(input)
        case .failure(let error): withdraw(live, error: error)
        }
    }

    /// Takes back a run that could not be stored.
    private func withdraw(_ live: LiveRun, error: any Error) {
        live.withdraw(error)
        if removeWaiting(live) { liveRuns.remove(live) }
    }

    func cancel(_ run: Run) async throws {
        if let live = liveRuns.find(run.id) {
            live.publish(.run(.cancelling, run))
            stop(live, .cancellation)
        } else {
            // Nobody works on it here: its process is gone.
            try await takeUp(run)
        }
    }

    /// Ends what runs on a thread that is gone.
    package func threadWasDeleted(_ thread: Identifier<AssistantThread>) async {
        prompts.cache.remove(thread)
        analysis.tables.remove(thread)
        for live in liveRuns.all where live.threadID == thread { stop(live, .deletion) }
        await code?.runner.end(SessionKey(thread: thread.rawValue))
    }

    /// Interrupts a run, wherever it is. One that waits, in line or for outputs, is ended at once.
    private func stop(_ live: LiveRun, _ reason: LiveRun.Interruption) {
        guard !live.interrupt(reason) else { return }
        if live.resume() != nil {
            end(live, RunWork(live: live, origin: .stored), releasesThread: true)
        } else if let work = takeWaiting(live) {
            end(live, work, releasesThread: false)
        }
        // Else it is about to begin, or to end, and will see the interruption.
    }

    private func end(_ live: LiveRun, _ work: RunWork, releasesThread: Bool) {
        let execution = RunExecution(work: work, worker: self)
        live.attach(
            Task {
                await execution.endWithoutWorking(releasesThread: releasesThread)
                self.liveRuns.remove(live)
            }
        )
    }

    private func takeWaiting(_ live: LiveRun) -> RunWork? {
        if let work = lanes.remove(from: live.threadID, where: { $0.live === live }) { return work }
        guard let work = slots.remove(where: { $0.live === live }) else { return nil }
        releaseThread(of: live)
        return work
    }

    private func removeWaiting(_ live: LiveRun) -> Bool { takeWaiting(live) != nil }

    // MARK: Recovery

    /// Adopts runs that have not ended and that nobody works on: those of a process that died. To be awaited before the
    /// first request is let in, so that no new run gets ahead of an old one.
    package func recover() async throws {
        var last = 0
        var count = 0
        while true {
            let after = last
            let runs = try await database.read { try $0.runs.unfinished(after: after, limit: 500) }
            guard let newest = runs.last else { break }
            last = newest.sequence
            for (sequence, id) in runs where liveRuns.find(id) == nil {
                if try await takeUp(at: sequence) { count += 1 }
            }
        }
        if count > 0 { logger.notice("Unfinished runs taken up", metadata: ["count": "\(count)"]) }
    }

    /// An unfinished run; one that cannot be read is given up, so that it holds up nothing for ever.
    private func takeUp(at sequence: Int) async throws -> Bool {
        do {
            guard let run = try await database.read({ try $0.runs.find(at: sequence) }) else { return false }
            return try await takeUp(run)
        } catch StorageError.corrupt(let table, let id) {
            logger.error(
                "An unfinished run cannot be read and is given up",
                metadata: ["table": "\(table)", "id": "\(id)"]
            )
            try await database.write { try $0.runs.abandon(at: sequence) }
            return false
        }
    }

    @discardableResult
    func takeUp(_ run: Run) async throws -> Bool {
        guard let lifetime = run.state.lifetime else { return false }
        var log = EventLog()
        if let stored = try await database.read({ try EventRecord.read(of: run, $0) }) {
            log = stored
        } else {
            let queued = run.pictured(in: .queued(Run.Lifetime(expiresAt: lifetime.expiresAt)))
            log.append([.run(.created, queued), .run(.queued, queued)])
        }
        log.beginNewLife()
        let live = LiveRun(id: run.id, threadID: run.threadID, expiresAt: lifetime.expiresAt, log: log)
        guard liveRuns.adopt(live) else { return false }
        live.markStored(nil)
        if case .cancelling = run.state {
            live.publish(.run(.cancelling, run))
            live.interrupt(.cancellation)
        }
        if enter(live) { begin(RunWork(live: live, origin: .stored)) }
        return true
    }

    // MARK: Events

    /// Forgets the events of some runs that ended too long ago. Returns whether there may be more.
    private func forgetEvents() async throws -> Bool {
        let limit = clock.now().adding(.zero - configuration.eventRetention)
        return try await database.write { try $0.runs.forgetEvents(endedBefore: limit) }
    }
}

extension Logger {
    /// Logs what went wrong inside the server.
    func error(_ message: Message, _ error: any Error) {
        self.error(message, metadata: ["error": "\(error)"])
    }
}
