import AssistantsAPI
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

    /// What a run is made of.
    package struct Request: Sendable {
        package enum Target: Sendable {
            case existing(Identifier<AssistantThread>)
            /// A thread that is created in the same transaction.
            case new(AssistantThread)
        }

        package var target: Target
        package var assistant: Assistant
        /// Messages that join the thread when the run begins.
        package var input: [PendingMessage]
        package var data: ThreadDataUpdate?
        /// The request that asks for the run, for the log.
        package var requestID: String?
        /// Whether that request waits for the run's end, and tells of it itself.
        package var isAwaited: Bool

        package init(
            target: Target,
            assistant: Assistant,
            input: [PendingMessage] = [],
            data: ThreadDataUpdate? = nil,
            requestID: String? = nil,
            isAwaited: Bool = false
        ) {
            self.target = target
            self.assistant = assistant
            self.input = input
            self.data = data
            self.requestID = requestID
            self.isAwaited = isAwaited
        }
    }

    /// A run that is on disk.
    package struct Started: Sendable {
        /// As it was created, queued.
        package var run: Run
        package var live: LiveRun
    }

    /// Starts a run and returns when it, and what came with it, is on disk.
    ///
    /// If the thread is free the model is asked at once, while the disk still works; else the run waits in the thread's
    /// line. Throws `EngineError.threadNotFound`, `.tooManyRuns` or `.shuttingDown`.
    package func start(_ request: Request, in project: ProjectID) async throws -> Started {
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
            assistantID: request.assistant.id,
            createdAt: now,
            settings: request.assistant.settings,
            state: .queued(Run.Lifetime(expiresAt: expiresAt))
        )
        let live = LiveRun(
            id: run.id,
            threadID: threadID,
            expiresAt: expiresAt,
            requestID: request.requestID,
            isAwaited: request.isAwaited
        )
        try liveRuns.admit(live)
        live.publish([.run(.created, run), .run(.queued, run)])

        var claimed = run
        try claimed.apply(.claimed(at: now))
        let beginsNow = worker.submit(
            RunWork(
                live: live,
                run: claimed,
                origin: .fresh(input: request.input, profile: request.data?.profile, isNewThread: isNewThread)
            ),
            queued: run
        )
        do {
            let stored = beginsNow ? claimed : run
            let position = try await store(request, stored, beginsNow: beginsNow, in: project)
            live.markStored(.success(position))
        } catch {
            live.markStored(.failure(error))
            worker.withdraw(live, error: error)
            throw error
        }
        return Started(run: run, live: live)
    }

    /// One transaction: the thread, its data, the messages and the run. Returns where the messages stand.
    private func store(
        _ request: Request,
        _ run: Run,
        beginsNow: Bool,
        in project: ProjectID
    ) async throws -> StoredInput {
        let now = run.createdAt
        // Measured here, not on the one thread that writes.
        let input = beginsNow ? request.input.map { (message: $0, tokens: $0.content.estimatedTokens) } : []
        return try await database.write { db in
            var previous: MessageRepository.Position?
            switch request.target {
            case .new(let thread): try db.threads.insert(thread, in: project)
            case .existing(let id):
                guard try db.threads.exists(id, in: project) else { throw EngineError.threadNotFound(id) }
                previous = try db.messages.last(of: id)
            }
            if let data = request.data {
                try db.threadData.put(
                    data.tables,
                    profile: data.profile,
                    basedOn: data.basedOn,
                    of: run.threadID
                )
            }
            var stored = StoredInput(previousSequence: previous?.sequence ?? 0, sequences: [])
            for (message, tokens) in input {
                let position = try db.append(message, tokens: tokens, to: run.threadID, at: now, after: previous)
                stored.sequences.append(position.sequence)
                previous = position
            }
            try db.runs.insert(run, input: beginsNow ? [] : request.input)
            return stored
        }
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
        try await database.read { db in
            guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
            return try db.runs.page(request, of: thread)
        }
    }

    /// What can be told of a run that nobody works on here: what it wrote, and the state that it is in.
    package func history(
        of id: Identifier<Run>,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> [StreamEvent] {
        try await database.read { db in
            let run = try db.run(id, of: thread, in: project)
            var events: [StreamEvent] = []
            if let answer = try db.messages.answer(of: id, in: thread) {
                events.append(.message(answer.status == .completed ? .completed : .incomplete, answer))
            }
            events.append(.run(StreamEvent.RunMoment(reached: run.state.status), run))
            return events + [.done]
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
        worker.cancel(cancelling)
        return cancelling
    }
}

/// Where the messages that came with a run stand in their thread.
struct StoredInput: Sendable, Equatable {
    /// The message before them; 0 when there is none.
    var previousSequence: Int
    var sequences: [Int]
}

extension Connection {
    fileprivate func run(
        _ id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) throws -> Run {
        guard try threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
        guard let run = try runs.find(id, of: thread) else { throw EngineError.runNotFound(id) }
        return run
    }

    /// Appends a message that has waited for its run.
    func append(
        _ message: PendingMessage,
        tokens: Int,
        to thread: Identifier<AssistantThread>,
        at time: Timestamp,
        after previous: MessageRepository.Position?
    ) throws -> MessageRepository.Position {
        let whole = Message(
            id: message.id,
            threadID: thread,
            createdAt: time,
            role: message.role,
            content: message.content,
            metadata: message.metadata
        )
        return try messages.append(whole, tokens: tokens, after: previous)
    }
}

extension Message.Content {
    /// What the message adds to a prompt.
    package var estimatedTokens: Int {
        if let escapedText { return TokenEstimate.tokens(in: escapedText) + TokenEstimate.perMessage }
        return TokenEstimate.tokens(in: plainText) + TokenEstimate.perMessage
    }
}
