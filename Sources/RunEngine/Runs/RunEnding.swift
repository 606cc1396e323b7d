import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// The last act of a stretch of work: what the run said, its steps and its new state are stored in one transaction, its
/// thread is given free if the run has ended, and then all of it is told. Whoever hears of it finds everything in place.
struct RunEnding: Sendable {
    let begun: RunExecution.Begun
    let worker: RunWorker
    let live: LiveRun
    /// False for a run that ends while it still waits for its thread.
    let releasesThread: Bool

    /// How often a store that fails is tried again before the run is left to the next recovery.
    private static let attempts = 3

    /// The model is done. `history` is the prompt that it saw, without what the run itself did before.
    func answered(_ turn: TurnInProgress, _ outcome: ChatOutcome, history: PromptHistory?) async {
        let said = turn.snapshot()
        // A limit may be reached, or a filter strike, before the first word.
        guard !said.isEmpty || outcome.finish == .length || outcome.finish == .contentFilter else {
            return await failed(turn, ModelError(.broken, "The model gave an empty answer."), usage: outcome.usage)
        }
        let now = worker.clock.now()
        let total = begun.past.usage + (outcome.usage ?? TokenUsage())
        var end = End(said, .completed(at: now, usage: outcome.usage == nil && begun.past.steps.isEmpty ? nil : total))
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
            guard let calls = said.calls?.toolCalls,
                begun.run.settings.tools.contains(where: \.isRunByCaller)
            else {
                let error = ModelError(.broken, "The model called a function although it has none.")
                return await failed(turn, error, usage: outcome.usage)
            }
            guard mayCallAgain else {
                let reason = "The model asked for tools more than \(RunPast.maximumAnswers) times."
                return await failed(turn, ModelError(.broken, reason), usage: outcome.usage)
            }
            end.event = .actionRequired(Run.RequiredAction(toolCalls: calls.compactMap(\.openFunction)))
            end.closing.leavesCallsOpen = true
        }
        await store(end, at: now, history: history)
    }

    /// Whether the run may ask for tools once more.
    var mayCallAgain: Bool { begun.past.callCount < RunPast.maximumAnswers }

    /// The model is done, and the tools that it called and the server carries out are too. Where the caller's functions were
    /// called as well, the run waits for their outputs; else the answer is stored and the run goes on. Returns how; nil when it
    /// has ended, or waits.
    func answeredForNow(_ turn: TurnInProgress, _ outcome: ChatOutcome) async -> RunExecution.Begun? {
        var said = turn.snapshot()
        if said.calls?.toolCalls?.contains(where: { $0.openFunction != nil }) ?? false {
            await answered(turn, outcome, history: nil)
            return nil
        }
        var closing = Turn.Closing()
        closing.usage = outcome.usage
        let events = said.close(closing, at: worker.clock.now())
        var log = live.settle()
        log.append(events)
        do {
            try await live.waitUntilStored()
            try await persist(said, record: EventRecord.encode(log))
        } catch is LostClaim {
            finish(.failure(EngineError.threadDeleted(live.threadID)))
            return nil
        } catch {
            worker.logger.error("An answer in the middle of a run could not be stored", error)
            finish(.failure(error))
            return nil
        }
        live.goOn(events)
        var past = begun.past
        past.append(said)
        return RunExecution.Begun(run: begun.run, claim: begun.claim, past: past)
    }

    /// The model's backend failed. What was streamed stays in the thread, as an incomplete message.
    ///
    /// - Parameter usage: of the answer that is no good, if one came.
    func failed(_ turn: TurnInProgress?, _ error: ModelError, usage: TokenUsage? = nil) async {
        let now = worker.clock.now()
        let lastError = Run.LastError(code: error.lastErrorCode, message: error.message)
        var end = End(
            turn?.snapshot(),
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
        var end = End(turn?.snapshot(), .cancelled(at: now, usage: usageSoFar))
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

    private struct End: Sendable {
        var turn: Turn
        var event: Run.Event
        var closing = Turn.Closing()
        var modelError: ModelError?

        init(_ turn: Turn?, _ event: Run.Event) {
            self.turn = turn ?? Turn()
            self.event = event
        }
    }

    /// All that one transaction stores.
    private struct Outcome: Sendable {
        var run: Run
        var turn: Turn
        /// The step whose calls are given up, if the run ends while it waits for their outputs.
        var abandoned: RunStep?
        var events: [StreamEvent]
        var record: String
    }

    private struct Places: Sendable {
        var previous: Int
        var own: Int
    }

    private func store(_ end: End, at now: Timestamp, history: PromptHistory?) async {
        do {
            let outcome = try settle(end, at: now)
            let input = try await live.waitUntilStored()
            let places = try await persist(outcome)
            if let places, let history { remember(history, outcome, places, input) }
            await tell(outcome, end.modelError)
        } catch is LostClaim {
            finish(.failure(EngineError.threadDeleted(live.threadID)))
        } catch {
            worker.logger.error("The end of a run could not be stored", error)
            finish(.failure(error))
        }
    }

    /// Works out what is to be stored and told.
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
        let claim = begun.claim
        return try await persist(outcome.turn) { db in
            try db.runs.update(outcome.run, claim: claim, events: outcome.record)
            if let step = outcome.abandoned { try db.runSteps.update(step) }
        }
    }

    /// Stores an answer in the middle of the run. The run's state stays as it is: it may be `cancelling` meanwhile.
    private func persist(_ turn: Turn, record: String) async throws {
        let claim = begun.claim
        _ = try await persist(turn) { db in try db.runs.record(record, claim: claim) }
    }

    /// Stores steps and messages, behind what `change` stores, in one transaction.
    private func persist(
        _ turn: Turn,
        _ change: @escaping @Sendable (Connection) throws -> Void
    ) async throws -> Places? {
        // The texts are measured here, not on the one thread that writes.
        let messages = turn.writings.map { ($0.message, $0.message.content.estimatedTokens) }
        let (thread, made) = (begun.run.threadID, turn.madeFiles)
        var attempt = 1
        while true {
            do {
                return try await worker.database.write { db in
                    try change(db)
                    for step in turn.steps { try db.runSteps.insert(step) }
                    if !made.isEmpty { try db.files.makeLasting(made) }
                    guard !messages.isEmpty else { return nil }
                    let previous = try db.messages.last(of: thread)
                    var last = previous
                    for (message, tokens) in messages {
                        last = try db.messages.append(message, tokens: tokens, after: last)
                    }
                    return Places(previous: previous?.sequence ?? 0, own: last?.sequence ?? 0)
                }
            } catch let error where !(error is LostClaim) && attempt < Self.attempts {
                worker.logger.error("The end of a run could not be stored; trying again", error)
                attempt += 1
                // Of its own, as the task of an interrupted run is cancelled and would not wait.
                await Task { try? await Task.sleep(for: .seconds(1)) }.value
            }
        }
    }

    /// Keeps the prompt for the thread's next run, if nobody else has written into the thread meanwhile.
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
        let answer = outcome.turn.trailing ?? outcome.turn.leading
        let result = RunOutcome(run: outcome.run, answer: answer?.message, modelError: modelError)
        finish(.success(result), events: outcome.events)
        if let usage = outcome.run.state.usage { live.tokenMeter?.charge(usage) }
        RunMetrics.ended(outcome.run.state.status, after: ContinuousClock.now - live.beganAt)
        log(outcome.run, modelError)
    }

    private func finish(_ result: Result<RunOutcome, any Error>, events: [StreamEvent] = []) {
        if releasesThread { worker.releaseThread(of: live) }
        live.finish(result, events: events)
    }
}
