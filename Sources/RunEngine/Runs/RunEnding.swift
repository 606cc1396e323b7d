import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// The last act of a stretch of work: what the run said, its steps and its new state are stored in one transaction, its
/// thread is given free if the run has ended, and then all of it is told. Whoever hears of it finds everything in place.
final class RunEnding: Sendable {
    let begun: RunExecution.Begun
    let worker: RunWorker
    let live: LiveRun
    /// False for a run that ends while it still waits for its thread.
    let releasesThread: Bool

    init(begun: RunExecution.Begun, worker: RunWorker, live: LiveRun, releasesThread: Bool) {
        self.begun = begun
        self.worker = worker
        self.live = live
        self.releasesThread = releasesThread
    }

    /// How often a store that fails is tried again before the run is left to the next recovery.
    private static let attempts = 3

    /// The model is done. `history` is the prompt that it saw, without what the run itself did before.
    func answered(_ turn: TurnInProgress, _ outcome: ChatOutcome, history: PromptHistory?) async {
        let now = worker.clock.now()
        let end: End
        do {
            end = try self.end(with: turn, outcome, at: now)
        } catch {
            return await failed(turn, error, usage: outcome.usage)
        }
        await store(end, at: now, history: history)
    }

    @inline(never)
    private func end(with turn: TurnInProgress, _ outcome: ChatOutcome, at now: Timestamp) throws(ModelError) -> End {
        let total = begun.past.usage + (outcome.usage ?? TokenUsage())
        let usage = outcome.usage == nil && begun.past.steps.isEmpty ? nil : total
        let end = End(turn, .completed(at: now, usage: usage))
        // A limit may be reached, or a filter strike, before the first word.
        guard !end.turn.isEmpty || outcome.finish == .length || outcome.finish == .contentFilter else {
            throw ModelError(.broken, "The model gave an empty answer.")
        }
        end.closing.usage = outcome.usage
        switch outcome.finish {
        case .stop: break
        case .length:
            end.event = .cutShort(at: now, reason: .maxCompletionTokens, usage: total)
            end.closing.messageStatus = .incomplete(reason: .maxTokens)
        case .contentFilter:
            end.event = .cutShort(at: now, reason: nil, usage: total)
            end.closing.messageStatus = .incomplete(reason: .contentFilter)
        case .toolCalls:
            guard let calls = end.turn.calls?.toolCalls,
                begun.run.settings.tools.contains(where: \.isRunByCaller)
            else { throw ModelError(.broken, "The model called a function although it has none.") }
            guard mayCallAgain else {
                throw ModelError(.broken, "The model asked for tools more than \(RunPast.maximumAnswers) times.")
            }
            end.event = .actionRequired(Run.RequiredAction(toolCalls: calls.compactMap(\.openFunction)))
            end.closing.leavesCallsOpen = true
        }
        return end
    }

    /// Whether the run may ask for tools once more.
    var mayCallAgain: Bool { begun.past.callCount < RunPast.maximumAnswers }

    /// The model is done, and the tools that it called and the server carries out are too. Where the caller's functions were
    /// called as well, the run waits for their outputs; else the answer is stored and the run goes on. Returns how; nil when it
    /// has ended, or waits.
    func answeredForNow(_ turn: TurnInProgress, _ outcome: ChatOutcome) async -> RunExecution.Begun? {
        guard let part = partAnswer(turn, outcome) else {
            await answered(turn, outcome, history: nil)
            return nil
        }
        do {
            try await persist(part)
        } catch is LostClaim {
            finish(.failure(EngineError.threadDeleted(live.threadID)))
            return nil
        } catch {
            if !live.isEnded { worker.logger.error("An answer in the middle of a run could not be stored", error) }
            finish(.failure(error))
            return nil
        }
        live.goOn(part.events)
        return next(after: part)
    }

    /// Nil when functions of the caller's were called as well.
    @inline(never)
    private func partAnswer(_ turn: TurnInProgress, _ outcome: ChatOutcome) -> PartAnswer? {
        var said = turn.snapshot()
        if said.calls?.toolCalls?.contains(where: { $0.openFunction != nil }) ?? false { return nil }
        var closing = Turn.Closing()
        closing.usage = outcome.usage
        let events = said.close(closing, at: worker.clock.now())
        var log = live.settle()
        log.append(events)
        return PartAnswer(turn: said, events: events, record: EventRecord.encode(log))
    }

    @inline(never)
    private func next(after part: PartAnswer) -> RunExecution.Begun {
        var past = begun.past
        past.append(part.turn)
        return RunExecution.Begun(run: begun.run, claim: begun.claim, past: past)
    }

    /// The model's backend failed. What was streamed stays in the thread, as an incomplete message.
    ///
    /// - Parameter usage: of the answer that is no good, if one came.
    func failed(_ turn: TurnInProgress?, _ error: ModelError, usage: TokenUsage? = nil) async {
        let now = worker.clock.now()
        let lastError = Run.LastError(code: error.lastErrorCode, message: error.message)
        let end = End(
            turn,
            .failed(at: now, error: lastError, usage: usage.map { begun.past.usage + $0 } ?? usageSoFar)
        )
        end.closing.messageStatus = .incomplete(reason: .runFailed)
        end.closing.stepStatus = .failed
        // A step has two words for what went wrong, a run three.
        end.closing.lastError = Run.LastError(
            code: lastError.code == .rateLimitExceeded ? .rateLimitExceeded : .serverError,
            message: lastError.message
        )
        end.modelError = error
        await store(end, at: now, history: nil)
    }

    /// The run has no tokens left to ask the model once more.
    func outOfBudget(_ reason: Run.IncompleteReason) async {
        let now = worker.clock.now()
        await store(End(nil, .cutShort(at: now, reason: reason, usage: usageSoFar)), at: now, history: nil)
    }

    /// The run was stopped from outside.
    func interrupted(after turn: TurnInProgress?) async {
        let now = worker.clock.now()
        let end = End(turn, .cancelled(at: now, usage: usageSoFar))
        switch live.interruption {
        case .cancellation:
            end.closing.messageStatus = .incomplete(reason: .runCancelled)
            end.closing.stepStatus = .cancelled
        case .expiry:
            end.event = .expired(usage: usageSoFar)
            end.closing.messageStatus = .incomplete(reason: .runExpired)
            end.closing.stepStatus = .expired
        case .shutdown:
            // The row stays as it is: the next start takes the run up. Its thread is not given free, or the run behind
            // it would begin first.
            return live.finish(.failure(EngineError.shuttingDown))
        case .excess:
            return await failed(
                turn,
                ModelError(.broken, "The answer is longer than \(TurnInProgress.maximumBytes) bytes.")
            )
        case .deletion, nil:
            return finish(.failure(EngineError.threadDeleted(live.threadID)))
        }
        await store(end, at: now, history: nil)
    }

    /// Nil for a run that has not had an answer yet.
    private var usageSoFar: TokenUsage? { begun.past.steps.isEmpty ? nil : begun.past.usage }

    // MARK: Storing

    // Classes, as a turn takes a kilobyte, and each task that waits for the disk would have several of them in its frames.

    private final class End {
        let turn: Turn
        var event: Run.Event
        var closing = Turn.Closing()
        var modelError: ModelError?

        @inline(never)
        init(_ turn: TurnInProgress?, _ event: Run.Event) {
            self.turn = turn?.snapshot() ?? Turn()
            self.event = event
        }
    }

    /// What one transaction stores, and what is told behind it.
    private final class Outcome: Sendable {
        let run: Run
        let turn: Turn
        /// The step whose calls are given up, if the run ends while it waits for their outputs.
        let abandoned: RunStep?
        let events: [StreamEvent]
        let record: String

        init(run: Run, turn: Turn, abandoned: RunStep?, events: [StreamEvent], record: String) {
            self.run = run
            self.turn = turn
            self.abandoned = abandoned
            self.events = events
            self.record = record
        }
    }

    /// The same of an answer in the middle of a run.
    private final class PartAnswer: Sendable {
        let turn: Turn
        let events: [StreamEvent]
        let record: String

        init(turn: Turn, events: [StreamEvent], record: String) {
            self.turn = turn
            self.events = events
            self.record = record
        }
    }

    /// The rows of an answer.
    private final class Rows: Sendable {
        let steps: [RunStep]
        let messages: [(Message, tokens: Int)]
        /// The files that tools made and it speaks of.
        let madeFiles: [String]

        /// The texts are measured here, not on the one thread that writes.
        @inline(never)
        init(_ turn: borrowing Turn) {
            steps = turn.steps
            messages = turn.writings.map { ($0.message, $0.message.content.estimatedTokens) }
            madeFiles = turn.madeFiles
        }

        /// Stores all of it, behind what is in the thread. Nil when there is no message among it.
        func insert(into thread: Identifier<AssistantThread>, _ db: Connection) throws -> Places? {
            for step in steps { try db.runSteps.insert(step) }
            if !madeFiles.isEmpty { try db.files.makeLasting(madeFiles) }
            guard !messages.isEmpty else { return nil }
            let previous = try db.messages.last(of: thread)
            var last = previous
            for (message, tokens) in messages {
                last = try db.messages.append(message, tokens: tokens, after: last)
            }
            return Places(previous: previous?.sequence ?? 0, own: last?.sequence ?? 0)
        }
    }

    private struct Places: Sendable {
        var previous: Int
        var own: Int
    }

    private func store(_ end: End, at now: Timestamp, history: PromptHistory?) async {
        do {
            let outcome = try settle(end, at: now)
            // Behind the run's own rows, or with them.
            let places = try await persist(outcome)
            if let places, let history { remember(history, outcome, places, live.storedInput) }
            await tell(outcome, end.modelError)
        } catch is LostClaim {
            finish(.failure(EngineError.threadDeleted(live.threadID)))
        } catch {
            if !live.isEnded { worker.logger.error("The end of a run could not be stored", error) }
            finish(.failure(error))
        }
    }

    /// Works out what is to be stored and told.
    @inline(never)
    private func settle(_ end: End, at now: Timestamp) throws -> Outcome {
        var run = live.current(begun.run)
        if case .cancelled = end.event, run.state.status != .cancelling { try run.apply(.cancellationRequested) }
        try run.apply(end.event)
        var turn = end.turn
        var events = turn.close(end.closing, at: now)
        var abandoned: RunStep?
        if run.state.status.isTerminal, var step = begun.past.openStep {
            step.status = end.closing.stepStatus
            step.endedAt = now
            step.lastError = end.closing.lastError
            abandoned = step
            events.append(.step(.init(reached: step.status), step))
        }
        events.append(.run(.init(reached: run.state.status), run))
        var log = live.settle()
        log.append(events)
        return Outcome(run: run, turn: turn, abandoned: abandoned, events: events, record: EventRecord.encode(log))
    }

    private func persist(_ outcome: Outcome) async throws -> Places? {
        if let postponed = live.takeRows(), worker.database.takeBack(postponed.transaction) {
            return try await persist(outcome, with: postponed.rows)
        }
        let claim = begun.claim
        return try await persist(Rows(outcome.turn)) { db in
            try db.runs.update(outcome.run, claim: claim, events: outcome.record)
            if let step = outcome.abandoned { try db.runSteps.update(step) }
        }
    }

    /// Stores a run that is not in the store yet, as what it has become. When that cannot be done, nothing of it is left.
    private func persist(_ outcome: Outcome, with own: RunRows) async throws -> Places? {
        let (rows, thread) = (Rows(outcome.turn), begun.run.threadID)
        do {
            let (input, places) = try await write { db in
                let input = try own.insert(outcome.run, events: outcome.record, db)
                return (input, try rows.insert(into: thread, db))
            }
            worker.didStore(live, .success(input))
            return places
        } catch {
            worker.logger.error("A run and its end could not be stored", error)
            worker.didStore(live, .failure(error))
            throw error
        }
    }

    /// Stores an answer in the middle of the run. The run's state stays as it is: it may be `cancelling` meanwhile.
    private func persist(_ part: PartAnswer) async throws {
        // The run's own row comes first.
        if live.takeRows() != nil { worker.database.hurry() }
        let claim = begun.claim
        _ = try await persist(Rows(part.turn)) { db in try db.runs.record(part.record, claim: claim) }
    }

    /// Stores steps and messages, behind what `change` stores, in one transaction.
    private func persist(
        _ rows: Rows,
        _ change: @escaping @Sendable (Connection) throws -> Void
    ) async throws -> Places? {
        let thread = begun.run.threadID
        return try await write { db in
            try change(db)
            return try rows.insert(into: thread, db)
        }
    }

    /// A transaction that is tried again when it fails.
    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await worker.database.write(body)
            } catch let error where !(error is LostClaim) && attempt < Self.attempts && !live.isEnded {
                worker.logger.error("The end of a run could not be stored; trying again", error)
                attempt += 1
                // Of its own, as the task of an interrupted run is cancelled and would not wait.
                await Task { try? await Task.sleep(for: .seconds(1)) }.value
            }
        }
    }

    /// Keeps the prompt for the thread's next run, if nobody else has written into the thread meanwhile.
    @inline(never)
    private func remember(_ history: PromptHistory, _ outcome: Outcome, _ places: Places, _ input: StoredInput?) {
        guard case .completed = outcome.run.state, case .auto = outcome.run.settings.truncation,
            begun.past.steps.isEmpty, outcome.turn.trailing == nil, let answer = outcome.turn.leading?.message
        else { return }
        var history = history
        var newest = history.lastSequence
        if !begun.input.isEmpty {
            guard let input, input.previousSequence == newest, let last = input.sequences.last else { return }
            newest = last
        }
        guard places.previous == newest else { return }
        history.append(role: .assistant, content: answer.content, sequence: places.own)
        worker.prompts.cache.put(history, for: live.threadID)
    }

    // MARK: Telling

    private func tell(_ outcome: Outcome, _ modelError: ModelError?) async {
        guard outcome.run.state.status.isTerminal else {
            if live.waitForOutputs(outcome.run, events: outcome.events) { return }
            // It was to stop before it came to wait.
            let execution = RunExecution(work: RunWork(live: live, origin: .stored), worker: worker)
            return await execution.endWithoutWorking(releasesThread: releasesThread)
        }
        tellEnd(outcome, modelError)
    }

    @inline(never)
    private func tellEnd(_ outcome: Outcome, _ modelError: ModelError?) {
        let answer = outcome.turn.trailing?.message ?? outcome.turn.leading?.message
        let result = RunOutcome(run: outcome.run, answer: answer, modelError: modelError)
        finish(.success(result), events: outcome.events)
        if let usage = outcome.run.state.usage { live.tokenMeter?.charge(usage) }
        RunMetrics.ended(outcome.run.state.status, after: ContinuousClock.now - live.beganAt)
        if worker.configuration.mayLogTexts { RunTextLog(worker: worker).answer(answer, of: outcome.run) }
        log(outcome.run, modelError)
    }

    private func finish(_ result: Result<RunOutcome, any Error>, events: [StreamEvent] = []) {
        if releasesThread { worker.releaseThread(of: live) }
        live.finish(result, events: events)
    }
}
