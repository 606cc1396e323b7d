import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// One stretch of work on a run: from its beginning, or from the arrival of outputs, to its end or until outputs are
/// needed. Makes the prompt, asks the model, stores what it says.
struct RunExecution: Sendable {
    let work: RunWork
    let worker: RunWorker

    private var live: LiveRun { work.live }

    /// Works on the run. When this returns it has ended, its thread is free and its outcome told; or it waits for
    /// outputs and keeps its thread.
    func perform() async {
        do {
            guard let begun = try await begin() else { return conclude(.failure(EngineError.runNotFound(live.id))) }
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
            try await live.waitUntilStored()
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
            try await live.waitUntilStored()
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
        if live.interruption != nil {
            await ending.interrupted(after: nil)
            return nil
        }
        if let reason = begun.exhaustedBudget {
            await ending.outOfBudget(reason)
            return nil
        }
        var turn: TurnInProgress?
        do {
            if tools == nil { tools = try await worker.tools(for: begun, live: live) }
            let offered = tools ?? RunTools()
            let begins = beginTurn(begun, offered)
            turn = begins
            switch worker.answerer {
            case .model(let model):
                let reply = try await ask(model, begun, offered, begins)
                return try await take(reply, begins, begun, offered, ending)
            case .builtInAnalyst:
                try await analyse(begun, begins)
                await ending.answered(begins, ChatOutcome(finish: .stop, usage: TokenUsage()), history: nil)
            }
        } catch {
            await end(ending, turn, after: error)
        }
        return nil
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
    private func analyse(_ begun: Begun, _ turn: TurnInProgress) async throws {
        try await live.waitUntilStored()
        let answer = try await worker.analysis.answer(
            in: live.threadID,
            sharing: begun.run.settings.toolResources.fileIDs ?? []
        )
        for piece in answer.text.pieces { turn.receive([.text(piece)]) }
        guard let chart = answer.chart else { return }
        turn.receive([.text("\n\n![\(chart.markdownTitle)](")])
        turn.link("sandbox:/mnt/data/\(chart.file.filename)", to: chart.file.id)
        turn.receive([.text(")")])
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

    /// What a model is asked. A class, like its answer: a call that waits keeps a word of it.
    private final class Question: Sendable {
        let request: ChatRequest
        let history: PromptHistory
        /// About how much of it can be left out.
        let size: Int

        init(_ request: ChatRequest, _ history: PromptHistory, size: Int) {
            self.request = request
            self.history = history
            self.size = size
        }
    }

    /// What a model answered, and the conversation that it was shown.
    private final class Reply: Sendable {
        let outcome: ChatOutcome
        let history: PromptHistory

        init(_ outcome: ChatOutcome, _ history: PromptHistory) {
            self.outcome = outcome
            self.history = history
        }
    }

    /// Asks the model. When what it is shown turns out too long for it, asks again with half of the conversation and of what
    /// searches found, twice at most.
    private func ask(
        _ model: any ChatModel,
        _ begun: Begun,
        _ offered: RunTools,
        _ turn: TurnInProgress
    ) async throws -> Reply {
        var tools = offered
        var scale = 1.0
        var shortest = Int.max
        while true {
            let question = try await question(for: begun, tools, scale: scale, turn)
            do {
                let outcome = try await model.respond(to: question.request) { turn.receive($0) }
                return Reply(outcome, question.history)
            } catch  where error.isAboutTools && tools.areForDataAlone && turn.isEmpty {
                worker.logger.notice("The model takes no tools and is told figures of the data instead")
                tools = RunTools()
            } catch {
                // Nothing may have been shown yet, or it would be shown twice; and there must be something to leave out.
                let mayShrink = error.kind == .contextTooLong && scale > 0.25 && turn.isEmpty
                guard mayShrink, question.size < shortest else { throw error }
                shortest = question.size
                scale /= 2
            }
        }
    }

    private func question(
        for begun: Begun,
        _ tools: RunTools,
        scale: Double,
        _ turn: TurnInProgress
    ) async throws -> Question {
        let prompt = try await prompt(for: begun, tools, scale: scale)
        let files = prompt.history.imageFiles
        let images = files.isEmpty ? ShownImages() : try await worker.images?.load(files) ?? ShownImages()
        return question(for: begun, prompt, images, tools, scale: scale, turn)
    }

    @inline(never)
    private func question(
        for begun: Begun,
        _ prompt: PromptBuilder.Prompt,
        _ images: ShownImages,
        _ tools: RunTools,
        scale: Double,
        _ turn: TurnInProgress
    ) -> Question {
        let past = begun.past.shortened(to: scale)
        let request = ChatRequest(
            of: begun.run,
            prompt: prompt,
            images: images,
            past: past,
            tools: tools,
            aliases: worker.configuration.modelAliases
        )
        let sources = CitationSources(prompt.history, begun.past)
        if !sources.isEmpty || !tools.serverTools.isEmpty { turn.cite(sources) }
        return Question(request, prompt.history, size: prompt.history.size + past.toolTokens)
    }

    private func prompt(for begun: Begun, _ tools: RunTools, scale: Double) async throws -> PromptBuilder.Prompt {
        let settings = begun.run.settings
        let profile = tools.dataDescription ?? begun.profile
        let omitsData = tools.dataDescription != nil
        if begun.isNewThread, scale == 1, begun.fits(worker.configuration.contextTokens) {
            var prompt = worker.prompts.empty(
                instructions: settings.instructions,
                profile: profile,
                omitsData: omitsData
            )
            for message in begun.input { prompt.history.append(role: message.role, content: message.content) }
            return prompt
        }
        // Else what came with a new thread is read from it like everything else.
        if begun.isNewThread { try await live.waitUntilStored() }
        return try await worker.prompts.prompt(
            PromptBuilder.Occasion(
                run: begun.run,
                project: begun.project,
                profile: profile,
                arriving: begun.isNewThread ? [] : begun.input,
                ownTokens: begun.past.tokens,
                budget: settings.maxPromptTokens.map { $0 - begun.past.usage.promptTokens },
                omitsData: omitsData,
                scale: scale
            )
        )
    }
}

extension ModelError {
    /// Whether a backend seems to refuse that its model is offered tools at all.
    fileprivate var isAboutTools: Bool {
        let words = message.lowercased()
        return kind == .refused && (words.contains("tool") || words.contains("function"))
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
