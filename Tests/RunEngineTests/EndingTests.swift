import AssistantsAPI
import ModelProviders
import RunEngine
import Storage
import Testing

@Suite struct EndingTests {
    @Test(
        "A backend's failure is the run's last error, and the thread goes on",
        arguments: [
            (ModelError.Kind.unavailable, Run.LastError.Code.serverError), (.rateLimited, .rateLimitExceeded),
            (.contentRefused, .invalidPrompt), (.broken, .serverError), (.timedOut, .serverError),
        ]
    )
    func failure(_ kind: ModelError.Kind, _ code: Run.LastError.Code) async throws {
        let fails = Gate()
        let model = ScriptedModel { request, receive in
            if request.turns.count == 1 { throw ModelError(kind, "out of order") }
            receive(.text("back"))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        _ = fails
        let engine = try await TestEngine(model)

        let first = try await engine.ask("q0").live.outcome()
        let second = try await engine.ask("q1", in: first.run.threadID).live.outcome()

        guard case .failed(_, _, let error, _) = first.run.state else {
            Issue.record("\(first.run.state)")
            return
        }
        #expect(error == Run.LastError(code: code, message: "out of order"))
        #expect(first.modelError?.kind == kind)
        #expect(second.answer?.content.plainText == "back")
        #expect(try await engine.texts(of: first.run.threadID) == ["q0", "q1", "back"])
    }

    @Test("What was said before a stream broke stays, marked as incomplete")
    func brokenStream() async throws {
        let model = ScriptedModel { _, receive in
            receive(.text("half of"))
            throw ModelError(.broken, "the stream broke")
        }
        let engine = try await TestEngine(model)

        let outcome = try await engine.ask("q0").live.outcome()

        #expect(outcome.run.state.status == .failed)
        #expect(outcome.answer?.status == .incomplete(reason: .runFailed))
        #expect(try await engine.texts(of: outcome.run.threadID) == ["q0", "half of"])
    }

    @Test("A limit makes run and message incomplete")
    func length() async throws {
        let model = ScriptedModel { _, receive in
            receive(.text("to be continued"))
            return ChatOutcome(finish: .length, usage: TokenUsage(promptTokens: 1, completionTokens: 2))
        }
        let engine = try await TestEngine(model)

        let outcome = try await engine.ask("q0").live.outcome()

        #expect(outcome.run.state.status == .incomplete)
        #expect(outcome.answer?.status == .incomplete(reason: .maxTokens))
    }

    @Test("An answer without a word is a failure, not an empty message")
    func emptyAnswer() async throws {
        let engine = try await TestEngine(ScriptedModel { _, _ in ChatOutcome(finish: .stop, usage: nil) })

        let outcome = try await engine.ask("q0").live.outcome()

        #expect(outcome.run.state.status == .failed)
        #expect(try await engine.texts(of: outcome.run.threadID) == ["q0"])
    }

    @Test("A run at work is cancelled, its words kept, and the next in line begins")
    func cancelAtWork() async throws {
        let model = ScriptedModel { request, receive in
            receive(.text("I was say"))
            if request.turns.count == 1 { try await Task.sleep(for: .seconds(60)) }
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model)
        let first = try await engine.ask("q0")
        let thread = first.run.threadID
        let second = try await engine.ask("q1", in: thread)
        try await first.live.waitForText()

        let cancelling = try await engine.runs.cancel(first.run.id, of: thread, in: .default)
        let outcome = try await first.live.outcome()

        #expect(cancelling.state.status == .cancelling)
        #expect(outcome.run.state.status == .cancelled)
        #expect(outcome.answer?.status == .incomplete(reason: .runCancelled))
        #expect(try await second.live.outcome().run.state.status == .completed)
        await #expect(throws: EngineError.runNotCancellable(.cancelled)) {
            try await engine.runs.cancel(first.run.id, of: thread, in: .default)
        }
    }

    @Test("A run that waits in line is cancelled at once, its question kept")
    func cancelInLine() async throws {
        let gate = Gate()
        let model = ScriptedModel(saying: "done", behind: gate)
        let engine = try await TestEngine(model)
        let first = try await engine.ask("q0")
        let second = try await engine.ask("q1", in: first.run.threadID)

        _ = try await engine.runs.cancel(second.run.id, of: first.run.threadID, in: .default)
        let outcome = try await second.live.outcome()
        gate.open()

        #expect(outcome.run.state.status == .cancelled)
        #expect(try await first.live.outcome().run.state.status == .completed)
        #expect(try await engine.texts(of: first.run.threadID) == ["q0", "q1", "done"])
    }

    @Test("A run that takes longer than its lifetime expires")
    func expiry() async throws {
        let model = ScriptedModel { _, _ in
            try await Task.sleep(for: .seconds(60))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model, configuration: EngineConfiguration(runLifetime: .seconds(1)))

        let outcome = try await engine.serving { try await $0.ask("q0").live.outcome() }

        #expect(outcome.run.state.status == .expired)
    }

    @Test("Deleting a thread stops the run on it")
    func deletion() async throws {
        let model = ScriptedModel { _, receive in
            receive(.text("still here"))
            try await Task.sleep(for: .seconds(60))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model)
        let started = try await engine.ask("q0")
        try await started.live.waitForText()

        try await engine.threads.delete(started.run.threadID, in: .default)

        await #expect(throws: EngineError.threadDeleted(started.run.threadID)) { try await started.live.outcome() }
    }

    @Test("Beyond the limit of unfinished runs a question is refused, and admitted again later")
    func limit() async throws {
        let gate = Gate()
        let model = ScriptedModel(saying: "done", behind: gate)
        let configuration = EngineConfiguration(maximumConcurrentRuns: 1, maximumUnfinishedRuns: 2)
        let engine = try await TestEngine(model, configuration: configuration)
        let (first, second) = (try await engine.ask("q0"), try await engine.ask("q1"))

        await #expect(throws: EngineError.tooManyRuns(limit: 2)) { try await engine.ask("q2") }
        #expect(model.requests.count <= 1)

        gate.open()
        _ = try await (first.live.outcome(), second.live.outcome())
        while engine.runs.liveRuns.count > 0 { await Task.yield() }
        #expect(try await engine.ask("q3").live.outcome().run.state.status == .completed)
    }
}

extension LiveRun {
    /// Waits until the model has said something.
    func waitForText() async throws {
        var index = 0
        while case .events(let events) = try await news(from: index) {
            index += events.count
            if events.contains(where: { if case .contentDelta = $0 { true } else { false } }) { return }
        }
    }
}
