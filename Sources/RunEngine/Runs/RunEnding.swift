import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// The last act of a run: its message, its step and its final state are stored in one transaction, its thread is
/// given free, and then its end is told. Whoever hears of the end finds everything in place.
struct RunEnding: Sendable {
    let begun: RunExecution.Begun
    let worker: RunWorker
    let live: LiveRun
    /// False for a run that ends while it still waits for its thread.
    let releasesThread: Bool

    /// How often a store that fails is tried again before the run is left to the next recovery.
    private static let attempts = 3

    /// The model is done. `history` is the prompt that it saw, with what was said just now.
    func answered(_ answer: AnswerInProgress, _ outcome: ChatOutcome, history: PromptHistory?) async {
        guard let snapshot = answer.snapshot() else {
            return await failed(answer, ModelError(.broken, "The model gave an empty answer."))
        }
        let now = worker.clock.now()
        var end = End(snapshot)
        switch outcome.finish {
        case .stop:
            end.event = .completed(at: now, usage: outcome.usage)
        case .length:
            end.event = .cutShort(at: now, reason: .maxCompletionTokens, usage: outcome.usage)
            end.messageStatus = .incomplete(reason: .maxTokens)
        case .contentFilter:
            end.event = .cutShort(at: now, reason: nil, usage: outcome.usage)
            end.messageStatus = .incomplete(reason: .contentFilter)
        case .toolCalls:
            return await failed(answer, ModelError(.broken, "The model called a function although it has none."))
        }
        end.usage = outcome.usage
        await store(end, at: now, history: history)
    }

    /// The model's backend failed. What was streamed stays in the thread, as an incomplete message.
    func failed(_ answer: AnswerInProgress?, _ error: ModelError) async {
        let now = worker.clock.now()
        let lastError = Run.LastError(code: error.lastErrorCode, message: error.message)
        var end = End(answer?.snapshot())
        end.event = .failed(at: now, error: lastError, usage: nil)
        end.messageStatus = .incomplete(reason: .runFailed)
        end.stepStatus = .failed
        end.lastError = lastError
        end.modelError = error
        await store(end, at: now, history: nil)
    }

    /// The run was stopped from outside.
    func interrupted(after answer: AnswerInProgress?) async {
        let now = worker.clock.now()
        var end = End(answer?.snapshot())
        switch live.interruption {
        case .cancellation:
            end.event = .cancelled(at: now, usage: nil)
            end.messageStatus = .incomplete(reason: .runCancelled)
            end.stepStatus = .cancelled
        case .expiry:
            end.event = .expired(usage: nil)
            end.messageStatus = .incomplete(reason: .runExpired)
            end.stepStatus = .expired
        case .shutdown:
            // The row stays as it is: the next start takes the run up. Its thread is not given free, or the run behind
            // it would begin first.
            return live.finish(.failure(EngineError.shuttingDown))
        case .excess:
            return await failed(
                answer,
                ModelError(.broken, "The answer is longer than \(AnswerInProgress.maximumBytes) bytes.")
            )
        case .deletion, nil:
            return finish(.failure(EngineError.threadDeleted(live.threadID)))
        }
        await store(end, at: now, history: nil)
    }

    // MARK: Storing

    private struct End: Sendable {
        var message: Message?
        var step: RunStep?
        var text = ""
        var event = Run.Event.orphaned
        var messageStatus = Message.Status.completed
        var stepStatus = RunStep.Status.completed
        var usage: TokenUsage?
        var lastError: Run.LastError?
        var modelError: ModelError?

        init(_ snapshot: AnswerInProgress.Snapshot?) {
            message = snapshot?.message
            step = snapshot?.step
            text = snapshot?.text ?? ""
        }
    }

    private struct Places: Sendable {
        var previous: Int
        var own: Int
    }

    private func store(_ end: End, at now: Timestamp, history: PromptHistory?) async {
        var run = begun.run
        do {
            if case .cancelled = end.event, run.state.status != .cancelling { try run.apply(.cancellationRequested) }
            try run.apply(end.event)
            let (message, step) = close(end, at: now)
            let input = try await live.waitUntilStored()
            let places = try await persist(run, message, step)
            if let places, let history { remember(history, message, places, input) }
            let outcome = RunOutcome(run: run, answer: message, modelError: end.modelError)
            finish(.success(outcome), events: events(run, message, step))
            RunMetrics.ended(run.state.status, after: ContinuousClock.now - live.beganAt)
            log(run, end.modelError)
        } catch is LostClaim {
            finish(.failure(EngineError.threadDeleted(live.threadID)))
        } catch {
            worker.logger.error("The end of a run could not be stored", error)
            finish(.failure(error))
        }
    }

    private func close(_ end: End, at now: Timestamp) -> (Message?, RunStep?) {
        var message = end.message
        message?.content = Message.Content(text: end.text)
        message?.status = end.messageStatus
        var step = end.step
        step?.status = end.stepStatus
        step?.endedAt = now
        step?.usage = end.usage
        step?.lastError = end.lastError
        return (message, step)
    }

    private func persist(_ run: Run, _ message: Message?, _ step: RunStep?) async throws -> Places? {
        let claim = begun.claim
        // The text is measured here, not on the one thread that writes.
        let tokens = message?.content.estimatedTokens ?? 0
        var attempt = 1
        while true {
            do {
                return try await worker.database.write { db in
                    try db.runs.update(run, claim: claim)
                    guard let message else { return nil }
                    let previous = try db.messages.last(of: run.threadID)
                    let own = try db.messages.append(message, tokens: tokens, after: previous)
                    if let step { try db.runSteps.insert(step) }
                    return Places(previous: previous?.sequence ?? 0, own: own.sequence)
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
    private func remember(_ history: PromptHistory, _ answer: Message?, _ places: Places, _ input: StoredInput?) {
        guard let answer, case .completed = answer.status else { return }
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

    private func finish(_ result: Result<RunOutcome, any Error>, events: [StreamEvent] = []) {
        if releasesThread { worker.releaseThread(of: live) }
        live.finish(result, events: events)
    }

    private func events(_ run: Run, _ message: Message?, _ step: RunStep?) -> [StreamEvent] {
        var events: [StreamEvent] = []
        if let message { events.append(.message(message.status == .completed ? .completed : .incomplete, message)) }
        if let step {
            let moment: StreamEvent.StepMoment =
                switch step.status {
                case .inProgress: .inProgress
                case .completed: .completed
                case .failed: .failed
                case .cancelled: .cancelled
                case .expired: .expired
                }
            events.append(.step(moment, step))
        }
        return events + [.run(StreamEvent.RunMoment(reached: run.state.status), run), .done]
    }

    private func log(_ run: Run, _ modelError: ModelError?) {
        let isFailure = run.state.status == .failed
        let level: Logger.Level = isFailure ? .error : live.isAwaited ? .debug : .info
        guard worker.logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "run": "\(run.id)", "thread": "\(run.threadID)", "status": "\(run.state.status.rawValue)",
        ]
        let elapsed = (ContinuousClock.now - live.beganAt).components
        let hundredths = elapsed.seconds * 100_000 + elapsed.attoseconds / 10_000_000_000_000
        metadata["duration_ms"] = .stringConvertible(Double(hundredths) / 100)
        if let request = live.requestID { metadata["request_id"] = .string(request) }
        if case .failed(_, _, let error, _) = run.state {
            metadata["code"] = "\(error.code.rawValue)"
            if let modelError { metadata["kind"] = "\(modelError.kind)" }
            if worker.configuration.mayLogTexts || modelError?.quotesNoPrompt == true {
                metadata["reason"] = .string(error.message)
            }
        }
        worker.logger.log(level: level, "Run ended", metadata: metadata)
    }
}

extension ModelError {
    /// Whether the backend's words are about it and us, and not about what it was asked, which it may quote.
    fileprivate var quotesNoPrompt: Bool {
        switch kind {
        case .unavailable, .timedOut, .rateLimited, .quotaExceeded, .unauthorized, .modelNotFound: true
        case .contextTooLong, .contentRefused, .refused, .broken, .cancelled: false
        }
    }

    /// The error in the three words that a run has for it.
    var lastErrorCode: Run.LastError.Code {
        switch kind {
        case .rateLimited, .quotaExceeded: .rateLimitExceeded
        case .contextTooLong, .contentRefused: .invalidPrompt
        case .unavailable, .timedOut, .unauthorized, .modelNotFound, .refused, .broken, .cancelled: .serverError
        }
    }
}
