import AssistantsAPI
import Logging
import NIOCore
import Retrieval
import Storage

/// What every surface does with runs: start them, find them, cancel them.
package struct RunService: Sendable {
    let database: Database
    package let liveRuns: LiveRuns
    let worker: RunWorker
    let configuration: EngineConfiguration
    let ids: IDGenerator
    let clock: WallClock

    package init(database: Database, worker: RunWorker, ids: IDGenerator, clock: WallClock) {
        self.database = database
        self.worker = worker
        liveRuns = worker.liveRuns
        configuration = worker.configuration
        self.ids = ids
        self.clock = clock
    }

    /// How long a client that asks for a run again and again may be kept waiting.
    package var pollHold: Duration { configuration.pollHold }

    var adoption: ThreadAdoption {
        ThreadAdoption(database: database, clock: clock, isOn: configuration.adoptsUnknownThreads)
    }

    /// What a run is made of.
    package struct Request: Sendable {
        package enum Target: Sendable {
            case existing(Identifier<AssistantThread>)
            /// A thread that is created in the same transaction.
            case new(AssistantThread)
        }

        package var target: Target
        package var assistantID: Identifier<Assistant>
        package var settings: RunSettings
        package var metadata: Metadata?
        /// Messages that join the thread when the run begins.
        package var input: [PendingMessage]
        package var data: ThreadDataUpdate?
        package var policy: ActiveRunPolicy
        /// Whether the new thread is the first of the run's events.
        package var announcesThread = false
        /// A vector store that is made in the same transaction.
        package var newStore: NewVectorStore?
        /// Where the tokens that the run uses are charged.
        package var tokenMeter: TokenMeter?
        /// The request that asks for the run, for the log.
        package var requestID: String?
        /// Whether that request waits for the run's end and tells of it alone, in the log, too. In a new thread the run is then not
        /// waited for on its way to disk, unless the request has an `Idempotency-Key`.
        package var isAwaited: Bool
        /// The event loop of that request's connection, when it is answered with the run's events as they come.
        package var reader: (any EventLoop)?

        package init(
            target: Target,
            assistantID: Identifier<Assistant>,
            settings: RunSettings,
            metadata: Metadata? = nil,
            input: [PendingMessage] = [],
            data: ThreadDataUpdate? = nil,
            policy: ActiveRunPolicy = .enqueue,
            requestID: String? = nil,
            isAwaited: Bool = false,
            tokenMeter: TokenMeter? = nil
        ) {
            self.target = target
            self.assistantID = assistantID
            self.settings = settings
            self.metadata = metadata
            self.input = input
            self.data = data
            self.policy = policy
            self.requestID = requestID
            self.isAwaited = isAwaited
            self.tokenMeter = tokenMeter
        }

        fileprivate var isForNewThread: Bool {
            if case .new = target { true } else { false }
        }
    }

    /// A run that is at work or in line; on disk, unless its caller hears of it by its outcome alone.
    package struct Started: Sendable {
        /// As its caller is told of it, queued.
        package var run: Run
        package var live: LiveRun
        /// The place in the run's log of the first event that this call led to.
        package var firstEvent = 0
    }

    /// Starts a run and returns when it, and what came with it, is on disk. A caller that waits for the outcome of a run in a
    /// new thread goes on at once, unless it has an `Idempotency-Key`: nobody else knows the thread yet, and what cannot be stored is
    /// told as the outcome.
    ///
    /// If the thread is free the model is asked at once, while the disk still works; else the run waits in the thread's
    /// line. Throws `EngineError.threadNotFound`, `.runActive`, `.nothingToRun`, `.tooManyRuns` or `.shuttingDown`.
    package func start(_ request: Request, in project: ProjectID) async throws -> Started {
        guard case .existing(let thread) = request.target else { return try await admit(request, in: project) }
        return try await adoption.adopting(thread, in: project) { try await admit(request, in: project) }
    }

    private func admit(_ request: Request, in project: ProjectID) async throws -> Started {
        // Nobody else knows a new thread, but a repeat of the request is to find the run.
        let outcomeTellsAll = request.isAwaited && request.isForNewThread && IdempotentRequest.current == nil
        let admission = try begin(request, in: project, outcomeTellsAll: outcomeTellsAll)
        let live = admission.work.live
        if outcomeTellsAll { return Started(run: admission.run, live: live) }
        let interrupted = try await live.waitUntilStored()?.interrupted ?? []
        if !interrupted.isEmpty { await cancel(interrupted) }
        return Started(run: admission.run, live: live)
    }

    /// Hands the run to the store and, if its thread is free, to the worker: in this order, as what the run ends with is to be
    /// stored behind it, or with it.
    @inline(never)
    private func begin(
        _ request: Request,
        in project: ProjectID,
        outcomeTellsAll: Bool
    ) throws -> Admission {
        let admission = try admission(of: request, in: project)
        let live = admission.work.live
        IdempotentRequest.current?.follow(live.id, of: live.threadID, askedBy: request.input.first?.id)
        let rows = RunRows(request, in: project, ids: ids)
        let beginsNow = worker.enter(live, isNewThread: request.isForNewThread) { beginsNow in
            if beginsNow, outcomeTellsAll {
                postpone(rows, of: admission.claimed, telling: live)
            } else {
                store(rows, of: beginsNow ? admission.claimed : admission.run, isWaiting: !beginsNow, telling: live)
            }
        }
        if beginsNow { worker.begin(admission.work) }
        return admission
    }

    /// Stored as cancelling already: one that cannot be read now is found by the next look for unfinished runs.
    private func cancel(_ runs: [Run]) async {
        for run in runs {
            do { try await worker.cancel(run) } catch { worker.logger.error("A run could not be cancelled", error) }
        }
    }

    /// A new run. A class, as it is kept while the disk works.
    private final class Admission: Sendable {
        /// As its caller is told of it, queued.
        let run: Run
        /// As it is when it is at work.
        let claimed: Run
        let work: RunWork

        init(run: Run, claimed: Run, work: RunWork) {
            self.run = run
            self.claimed = claimed
            self.work = work
        }
    }

    @inline(never)
    private func admission(of request: Request, in project: ProjectID) throws -> Admission {
        let now = clock.now()
        let (threadID, isNewThread) =
            switch request.target {
            case .existing(let id): (id, false)
            case .new(let thread): (thread.id, true)
            }
        let expiresAt = now.adding(configuration.runLifetime)
        let run = Run(
            id: ids.next(),
            threadID: threadID,
            assistantID: request.assistantID,
            createdAt: now,
            settings: request.settings,
            metadata: request.metadata,
            state: .queued(Run.Lifetime(expiresAt: expiresAt))
        )
        let live = LiveRun(
            id: run.id,
            threadID: threadID,
            expiresAt: expiresAt,
            tokenMeter: request.tokenMeter,
            requestID: request.requestID,
            isAwaited: request.isAwaited,
            reader: request.reader,
            hasReaders: request.reader != nil
        )
        try liveRuns.admit(live)
        if request.announcesThread, case .new(let thread) = request.target { live.publish(.thread(thread)) }
        live.publish([.run(.created, run), .run(.queued, run)])

        var claimed = run
        try claimed.apply(.claimed(at: now))
        let origin = RunWork.Origin.fresh(
            run: claimed,
            input: request.input,
            profile: request.data?.profile,
            isNewThread: isNewThread,
            project: project
        )
        return Admission(run: run, claimed: claimed, work: RunWork(live: live, origin: origin))
    }

    private func store(_ rows: RunRows, of run: Run, isWaiting: Bool, telling live: LiveRun) {
        database.submit {
            try rows.insert(run, isWaiting: isWaiting, $0)
        } then: { [worker] in
            worker.didStore(live, $0)
        }
    }

    /// Nobody hears of these rows before the run has ended. If that is soon, they are stored as what they are then.
    private func postpone(_ rows: RunRows, of run: Run, telling live: LiveRun) {
        let transaction = database.postpone {
            try rows.insert(run, $0)
        } then: { [worker] in
            worker.didStore(live, $0)
        }
        if let transaction { live.keep(PostponedRows(rows: rows, transaction: transaction)) }
    }

    /// Throws `EngineError.threadNotFound` or `.runNotFound`.
    package func find(
        _ id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Run {
        try await database.read { try $0.run(id, of: thread, in: project) }
    }

    package func page(
        _ request: PageRequest,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Page<Run> {
        try await adoption.adopting(thread, in: project) {
            try await database.read { db in
                guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
                return try db.runs.page(request, of: thread)
            }
        }
    }

    /// Asks a run to stop. Returns it as it is then, mostly `cancelling`; it is `cancelled` shortly after.
    ///
    /// Throws `EngineError.runNotFound`, or `.runNotCancellable` when it has ended or is being cancelled already.
    package func cancel(
        _ id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Run {
        let cancelling = try await database.write { db in
            var run = try db.run(id, of: thread, in: project)
            do throws(Run.InvalidTransition) {
                try run.apply(.cancellationRequested)
            } catch {
                throw EngineError.runNotCancellable(error.status)
            }
            try db.runs.setCancelling(run)
            return run
        }
        try await worker.cancel(cancelling)
        return cancelling
    }
}

extension Connection {
    /// A run of a thread of a project. Throws `EngineError.threadNotFound` or `.runNotFound`.
    func run(
        _ id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) throws -> Run {
        guard try threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
        guard let run = try runs.find(id, of: thread) else { throw EngineError.runNotFound(id) }
        return run
    }
}

extension Message.Content {
    /// What the message adds to a prompt.
    package var estimatedTokens: Int {
        if let escapedText { return TokenEstimate.tokens(in: escapedText) + TokenEstimate.perMessage }
        let images = parts.reduce(0) { $0 + $1.imageTokens }
        return TokenEstimate.tokens(in: plainText) + images + TokenEstimate.perMessage
    }
}

extension Message.Part {
    /// What an image adds to a prompt, about: models scale images to a size that depends on the detail asked for.
    fileprivate var imageTokens: Int {
        switch self {
        case .text, .refusal: 0
        case .imageURL(_, let detail), .imageFile(_, let detail): detail == "low" ? 85 : 765
        }
    }
}
