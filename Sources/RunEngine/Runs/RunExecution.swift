import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// One stretch of work on a run: from its beginning, or from the arrival of outputs, to its end or until outputs are
/// needed. Makes the prompt, asks the model, stores what it says.
struct RunExecution: Sendable {
    let work: RunWork
    let worker: RunWorker

    var live: LiveRun { work.live }

    /// Works on the run. When this returns it has ended, its thread is free and its outcome told; or it waits for
    /// outputs and keeps its thread.
    func perform() async {
        do {
            guard let begun = try await beginAndLog() else {
                return conclude(.failure(EngineError.runNotFound(live.id)))
            }
            if !waits(begun) { await answerAndStore(begun) }
        } catch {
            conclude(.failure(error))
        }
    }

    /// Tells that the run is at work. Returns whether it waits for outputs instead: it was taken up after a restart.
    ///
    /// Not inlined, like all that needs room on the way to a model's answer: the frame of `perform` is kept until it is there.
    @inline(never)
    private func waits(_ begun: Begun) -> Bool {
        switch begun.run.state {
        case .inProgress: if live.interruption == nil { live.publish(.run(.inProgress, live.current(begun.run))) }
        case .requiresAction: return live.waitForOutputs(begun.run, events: [])
        default: break
        }
        return false
    }

    /// Ends a run that still waits in line, or for outputs.
    func endWithoutWorking(releasesThread: Bool) async {
        switch live.interruption {
        case .shutdown: return live.finish(.failure(EngineError.shuttingDown))
        case .deletion:
            if releasesThread { worker.releaseThread(of: live) }
            return live.finish(.failure(EngineError.threadDeleted(live.threadID)))
        case .cancellation, .expiry, .excess, nil: break
        }
        do {
            try await live.waitUntilStored(hurrying: worker.database)
            guard let begun = try await claimStored(begins: false) else { throw EngineError.runNotFound(live.id) }
            let ending = RunEnding(begun: begun, worker: worker, live: live, releasesThread: releasesThread)
            await ending.interrupted(after: nil)
        } catch {
            if releasesThread { worker.releaseThread(of: live) }
            live.finish(.failure(error))
        }
    }

    private func conclude(_ result: Result<RunOutcome, any Error>) {
        worker.releaseThread(of: live)
        live.finish(result)
    }

    // MARK: Beginning

    /// Begins, and logs what was asked where that is allowed. Apart from `perform`, so that nothing of it is kept there.
    @inline(never)
    private func beginAndLog() async throws -> Begun? {
        let begun = try await begin()
        if let begun, worker.configuration.mayLogTexts { await RunTextLog(worker: worker).question(of: begun) }
        return begun
    }

    private func begin() async throws -> Begun? {
        switch work.origin {
        case .fresh(let run, let input, let profile, let isNewThread, let project):
            return Begun(
                run: run,
                claim: RunClaim(initialOf: run.id),
                input: input,
                profile: profile,
                isNewThread: isNewThread,
                project: project
            )
        case .resumed(let begun): return begun
        case .stored:
            try await live.waitUntilStored(hurrying: worker.database)
            return try await claimStored(begins: true)
        }
    }

    /// Claims the run's row; the messages that waited with it join the thread. With `begins` the run is at work then,
    /// unless it waits for outputs. Nil when it has ended or is gone.
    private func claimStored(begins: Bool) async throws -> Begun? {
        let (id, thread, now, ids) = (live.id, live.threadID, worker.clock.now(), worker.ids)
        // Stored, so that a process that takes the run up after this one knows of this one's life.
        let log = live.log
        let record = log.skips.isEmpty ? nil : EventRecord.encode(log)
        return try await worker.database.write { db in
            guard var run = try db.runs.find(id, of: thread), !run.state.status.isTerminal,
                let claim = try db.runs.claimIfFree(id)
            else { return nil }
            let hasWorked = run.state.lifetime?.startedAt != nil
            if case .inProgress = run.state { try run.apply(.orphaned) }
            if case .queued = run.state, begins {
                try run.apply(.claimed(at: now))
                try db.runs.update(run, claim: claim, events: record)
            }
            var last = try db.messages.last(of: thread)
            let input = try db.runs.takeInput(of: id)
            for message in input {
                let tokens = message.content.estimatedTokens
                last = try db.messages.append(message.joined(thread, at: now), tokens: tokens, after: last)
            }
            try db.join(ThreadAttachments(input.compactMap(\.attachmentsJSON)), to: thread, ids: ids, at: now)
            return Begun(run: run, claim: claim, past: hasWorked ? try RunPast(of: run, db) : nil)
        }
    }

    // MARK: Answering

    /// Answers as often as the server's own tools are called.
    private func answerAndStore(_ begun: Begun) async {
        var next: Begun? = begun
        var tools: RunTools?
        while let begun = next { next = await answerOnce(begun, &tools) }
    }

    /// One answer of the model. Returns how the run goes on; nil when it has ended, or waits for outputs.
    ///
    /// - Parameter tools: nil before the first answer, which looks for them.
    private func answerOnce(_ begun: Begun, _ tools: inout RunTools?) async -> Begun? {
        let ending = RunEnding(begun: begun, worker: worker, live: live, releasesThread: true)
        if live.interruption != nil || begun.exhaustedBudget != nil {
            await endBeforeAnswer(ending)
            return nil
        }
        var turn: TurnInProgress?
        do {
            let offered = if let tools { tools } else { try await worker.tools(for: begun, live: live) }
            tools = offered
            let begins = beginTurn(begun, offered)
            turn = begins
            if case .model(let model) = worker.answerer {
                let reply = try await ask(model, begun, offered, begins)
                return try await take(reply, begins, begun, offered, ending)
            }
            try await analyse(begun, begins, ending)
        } catch {
            await end(ending, turn, after: error)
        }
        return nil
    }

    @inline(never)
    private func endBeforeAnswer(_ ending: RunEnding) async {
        if live.interruption == nil, let reason = ending.begun.exhaustedBudget {
            await ending.outOfBudget(reason)
        } else {
            await ending.interrupted(after: nil)
        }
    }

    @inline(never)
    private func beginTurn(_ begun: Begun, _ tools: RunTools) -> TurnInProgress {
        let turn = TurnInProgress(
            run: begun.run,
            tools: tools,
            knownCallIDs: begun.past.callIDs,
            images: begun.past.unshownImages,
            live: live,
            ids: worker.ids,
            clock: worker.clock
        )
        live.show(turn)
        return turn
    }

    /// Ends a run whose answer did not come, or could not be taken.
    private func end(_ ending: RunEnding, _ turn: TurnInProgress?, after error: any Error) async {
        if let error = error as? EngineError {
            // The thread is gone, or never was.
            return conclude(.failure(error))
        }
        turn?.finishText()
        if live.interruption != nil { return await ending.interrupted(after: turn) }
        if let error = error as? ModelError { return await ending.failed(turn, error) }
        worker.logger.error("A run failed inside the server", error)
        await ending.failed(turn, ModelError(.broken, "The server failed while it worked on this run."))
    }

    /// Takes what the model said: the run ends with it, or goes on with what comes of the calls in it.
    private func take(
        _ reply: Reply,
        _ turn: TurnInProgress,
        _ begun: Begun,
        _ tools: RunTools,
        _ ending: RunEnding
    ) async throws -> Begun? {
        let outcome = reply.outcome
        turn.finishText(isLast: false)
        if outcome.finish == .stop { turn.showImages() }
        try await linkFiles(of: turn, begun, tools)
        guard outcome.finish == .toolCalls, turn.callsServer, ending.mayCallAgain else {
            await ending.answered(turn, outcome, history: reply.history)
            return nil
        }
        do {
            try await carryOutCalls(of: turn, begun, tools, CitationSources(reply.history, begun.past))
        } catch let error as ModelError where live.interruption == nil {
            await ending.failed(turn, error, usage: outcome.usage)
            return nil
        }
        return await ending.answeredForNow(turn, outcome)
    }

    /// Lets the built-in analyst answer.
    @inline(never)
    private func analyse(_ begun: Begun, _ turn: TurnInProgress, _ ending: RunEnding) async throws {
        try await live.waitUntilStored(hurrying: worker.database)
        let answer = try await worker.analysis.answer(
            in: live.threadID,
            sharing: begun.run.settings.toolResources.fileIDs ?? []
        )
        for piece in answer.text.pieces { turn.receive([.text(piece)]) }
        if let chart = answer.chart {
            turn.receive([.text("\n\n![\(chart.markdownTitle)](")])
            turn.link("sandbox:/mnt/data/\(chart.file.filename)", to: chart.file.id)
            turn.receive([.text(")")])
        }
        await ending.answered(turn, ChatOutcome(finish: .stop, usage: TokenUsage()), history: nil)
    }

    /// Carries out, one after the other, the calls that the server carries out itself.
    private func carryOutCalls(
        of turn: TurnInProgress,
        _ begun: Begun,
        _ tools: RunTools,
        _ sources: CitationSources
    ) async throws {
        var (sources, past) = (sources, begun.past)
        var said = turn.snapshot()
        guard var calls = said.calls?.toolCalls else { return }
        for index in calls.indices {
            guard let tool = tools.serverTool(for: calls[index]) else { continue }
            let use = ToolUse(run: begun.run, past: past, sources: sources)
            calls[index] = try await tool.carryOut(calls[index], in: use)
            turn.complete(calls[index], at: index)
            if case .fileSearch(let call) = calls[index] { sources.add(call) }
            // The next call has the room that is left.
            said.calls?.details = .toolCalls(Array(calls[...index]))
            past = begun.past
            past.append(said)
        }
    }

    /// Finds the files that the answer links, and lets its text be over.
    private func linkFiles(of turn: TurnInProgress, _ begun: Begun, _ tools: RunTools) async throws {
        if let code = tools.code {
            for (message, text) in turn.linkedTexts {
                turn.annotate(message, try await code.annotations(of: text, known: begun.past.linkedFiles))
            }
        }
        turn.finishText()
    }
}

extension String {
    /// The text line by line, as a stream would bring it.
    fileprivate var pieces: [String] {
        var pieces: [String] = []
        var start = utf8.startIndex
        while start < utf8.endIndex {
            let newline = utf8[start...].firstIndex(of: UInt8(ascii: "\n"))
            let end = newline.map { utf8.index(after: $0) } ?? utf8.endIndex
            pieces.append(String(self[start..<end]))
            start = end
        }
        return pieces
    }
}
