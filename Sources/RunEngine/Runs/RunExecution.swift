import AssistantsAPI
import Logging
import ModelProviders
import Storage

/// One run, from its beginning to its end: makes the prompt, asks the model, stores the answer.
struct RunExecution: Sendable {
    let work: RunWork
    let worker: RunWorker

    private var live: LiveRun { work.live }

    /// A run that has begun, and the right to move it on.
    final class Begun: Sendable {
        let run: Run
        let claim: RunClaim
        /// What was said just now, and may not be on disk yet.
        let input: [PendingMessage]
        /// Describes the data that came with the run.
        let profile: String?
        let isNewThread: Bool

        init(
            run: Run,
            claim: RunClaim,
            input: [PendingMessage] = [],
            profile: String? = nil,
            isNewThread: Bool = false
        ) {
            self.run = run
            self.claim = claim
            self.input = input
            self.profile = profile
            self.isNewThread = isNewThread
        }
    }

    /// Works on the run. Its thread is free, and its outcome told, when this returns.
    func perform() async {
        do {
            guard let begun = try await begin() else { return conclude(.failure(EngineError.runNotFound(live.id))) }
            if case .inProgress = begun.run.state { live.publish(.run(.inProgress, begun.run)) }
            let answer = AnswerInProgress(run: begun.run, live: live, ids: worker.ids, clock: worker.clock)
            await answerAndStore(begun, answer)
        } catch {
            conclude(.failure(error))
        }
    }

    /// Ends a run that still waited in line.
    func endWithoutThread() async {
        switch live.interruption {
        case .shutdown: return live.finish(.failure(EngineError.shuttingDown))
        case .deletion: return live.finish(.failure(EngineError.threadDeleted(live.threadID)))
        case .cancellation, .expiry, .excess, nil: break
        }
        do {
            try await live.waitUntilStored()
            guard let begun = try await claimStored(begins: false) else {
                return live.finish(.failure(EngineError.runNotFound(live.id)))
            }
            let ending = RunEnding(begun: begun, worker: worker, live: live, releasesThread: false)
            await ending.interrupted(after: nil)
        } catch {
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
        case .fresh(let input, let profile, let isNewThread):
            return Begun(
                run: work.run,
                claim: RunClaim(initialOf: work.run.id),
                input: input,
                profile: profile,
                isNewThread: isNewThread
            )
        case .stored:
            try await live.waitUntilStored()
            return try await claimStored(begins: true)
        }
    }

    /// Claims the run's row; the messages that waited with it join the thread. With `begins` the run is at work then.
    /// Nil when it has ended or is gone.
    private func claimStored(begins: Bool) async throws -> Begun? {
        let (id, thread, now) = (live.id, live.threadID, worker.clock.now())
        return try await worker.database.write { db in
            guard var run = try db.runs.find(id, of: thread), !run.state.status.isTerminal,
                let claim = try db.runs.claim(id)
            else { return nil }
            if case .inProgress = run.state { try run.apply(.orphaned) }
            if case .queued = run.state, begins {
                try run.apply(.claimed(at: now))
                try db.runs.update(run, claim: claim)
            }
            var last = try db.messages.last(of: thread)
            for message in try db.runs.takeInput(of: id) {
                let tokens = message.content.estimatedTokens
                last = try db.append(message, tokens: tokens, to: thread, at: now, after: last)
            }
            return Begun(run: run, claim: claim)
        }
    }

    // MARK: Answering

    private func answerAndStore(_ begun: Begun, _ answer: AnswerInProgress) async {
        let ending = RunEnding(begun: begun, worker: worker, live: live, releasesThread: true)
        if live.interruption != nil { return await ending.interrupted(after: answer) }
        do {
            switch worker.answerer {
            case .model(let model):
                let (outcome, history) = try await ask(model, begun, answer)
                await ending.answered(answer, outcome, history: history)
            case .builtInAnalyst:
                try await live.waitUntilStored()
                let text = try await worker.analysis.answer(in: live.threadID)
                for piece in text.pieces { answer.receive(.text(piece)) }
                await ending.answered(answer, ChatOutcome(finish: .stop, usage: TokenUsage()), history: nil)
            }
        } catch let error as ModelError {
            if live.interruption != nil { return await ending.interrupted(after: answer) }
            await ending.failed(answer, error)
        } catch let error as EngineError {
            // The thread is gone, or never was.
            conclude(.failure(error))
        } catch {
            if live.interruption != nil { return await ending.interrupted(after: answer) }
            worker.logger.error("A run failed inside the server", error)
            await ending.failed(answer, ModelError(.broken, "The server failed while it worked on this run."))
        }
    }

    /// Asks the model. When the conversation turns out too long for it, asks again with half of it, twice at most.
    private func ask(
        _ model: any ChatModel,
        _ begun: Begun,
        _ answer: AnswerInProgress
    ) async throws -> (ChatOutcome, PromptHistory) {
        var scale = 1.0
        var shortest = Int.max
        while true {
            let prompt = try await prompt(for: begun, scale: scale)
            var history = prompt.history
            for message in begun.input { history.append(role: message.role, content: message.content) }
            var request = ChatRequest(
                model: worker.configuration.modelAliases[begun.run.settings.model] ?? begun.run.settings.model,
                instructions: prompt.instructions,
                items: [.encoded(history.json)]
            )
            request.temperature = begun.run.settings.temperature
            request.topP = begun.run.settings.topP
            do {
                let outcome = try await model.respond(to: request) { answer.receive($0) }
                return (outcome, history)
            } catch {
                // Nothing may have been shown yet, or it would be shown twice; and there must be something to leave out.
                let mayShrink = error.kind == .contextTooLong && scale > 0.25 && answer.snapshot() == nil
                guard mayShrink, history.json.count < shortest else { throw error }
                shortest = history.json.count
                scale /= 2
            }
        }
    }

    private func prompt(for begun: Begun, scale: Double) async throws -> PromptBuilder.Prompt {
        let instructions = begun.run.settings.instructions
        if begun.isNewThread { return worker.prompts.empty(instructions: instructions, profile: begun.profile) }
        return try await worker.prompts.prompt(
            for: live.threadID,
            instructions: instructions,
            newProfile: begun.profile,
            arriving: begun.input,
            scale: scale
        )
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
