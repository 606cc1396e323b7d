import AssistantsAPI
import ModelProviders
import RunEngine
import Storage
import Testing

@Suite struct ConversationTests {
    @Test("A question and its answer are in the thread when the answer is given")
    func oneTurn() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)

        let started = try await engine.ask("안녕")
        let outcome = try await started.live.outcome()

        #expect(outcome.run.state.status == .completed)
        #expect(outcome.run.state.usage == TokenUsage(promptTokens: 7, completionTokens: 3))
        #expect(try await engine.texts(of: started.run.threadID) == ["안녕", "echo: 안녕"])
        #expect(try await engine.runs.find(started.run.id, of: started.run.threadID, in: .default) == outcome.run)
        #expect(model.requests.map(\.instructions?.text) == ["Be exact."])
    }

    @Test("Each turn sends the whole conversation, once, and gets the newest answer")
    func manyTurns() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)
        let thread = try await engine.ask("q0").settled().threadID

        for turn in 1..<20 {
            let outcome = try await engine.ask("q\(turn)", in: thread).live.outcome()
            #expect(outcome.answer?.content.plainText == "echo: q\(turn)")
        }

        for (turn, request) in model.requests.enumerated() {
            let expected = (0..<turn).flatMap { ["q\($0)", "echo: q\($0)"] } + ["q\(turn)"]
            #expect(request.turns.map(\.text) == expected)
        }
    }

    @Test("Of a long conversation the turns share all but the newest part")
    func longConversation() async throws {
        let model = ScriptedModel { _, receive in
            receive(.text("fine"))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model)
        let questions = (0..<60).map { "\($0) " + String(repeating: "long ", count: 800) }
        let thread = try await engine.ask(questions[0]).settled().threadID
        for question in questions.dropFirst() { _ = try await engine.ask(question, in: thread).live.outcome() }

        for (turn, request) in model.requests.enumerated() {
            let expected = questions[..<turn].flatMap { [$0, "fine"] } + [questions[turn]]
            #expect(request.turns.map(\.text) == expected)
        }
        let pieces = model.requests.suffix(2).map(\.pieces)
        #expect(pieces[1].count > 3)
        #expect(zip(pieces[0], pieces[1]).prefix(pieces[1].count - 2).allSatisfy { $0 == $1 })
    }

    @Test("Questions that come at once are answered one after the other, in order")
    func line() async throws {
        let gate = Gate()
        let model = ScriptedModel { request, receive in
            await gate.wait()
            receive(.text("re " + (request.turns.last?.text ?? "")))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model)
        let first = try await engine.ask("q0")
        let thread = first.run.threadID
        var later: [RunService.Started] = []
        for number in 1..<6 { later.append(try await engine.ask("q\(number)", in: thread)) }
        #expect(try await engine.texts(of: thread) == ["q0"])

        gate.open()
        _ = try await first.live.outcome()
        for (number, started) in later.enumerated() {
            #expect(try await started.live.outcome().answer?.content.plainText == "re q\(number + 1)")
        }

        #expect(try await engine.texts(of: thread) == (0..<6).flatMap { ["q\($0)", "re q\($0)"] })
    }

    @Test("An old conversation leaves the prompt in blocks, its beginning staying the same in between")
    func window() async throws {
        let model = ScriptedModel { _, receive in
            receive(.text("fine"))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model, configuration: EngineConfiguration(contextTokens: 400))
        let thread = try await engine.ask("question number 0").settled().threadID
        for turn in 1..<60 { _ = try await engine.ask("question number \(turn)", in: thread).live.outcome() }

        let prompts = model.requests.map { $0.turns.map(\.text) }
        var steps = 0
        for (previous, next) in zip(prompts, prompts.dropFirst()) {
            #expect(next.count < 60)
            if !next.starts(with: previous) { steps += 1 }
        }
        #expect(prompts.last?.last == "question number 59")
        #expect((2...15).contains(steps), "\(steps) new beginnings in 59 turns")
    }

    @Test("A conversation that is too long for the backend is asked again with half of it")
    func contextTooLong() async throws {
        let model = ScriptedModel { request, receive in
            if request.turns.count > 12 { throw ModelError(.contextTooLong, "maximum context length") }
            receive(.text("ok"))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model, configuration: EngineConfiguration(contextTokens: 200))
        let thread = try await engine.ask("turn 0 of the talk").settled().threadID

        for turn in 1..<20 {
            let outcome = try await engine.ask("turn \(turn) of the talk", in: thread).live.outcome()
            #expect(outcome.run.state.status == .completed)
        }

        #expect(model.requests.contains { $0.turns.count > 12 })
    }

    @Test("A message that someone posts meanwhile is in the next prompt")
    func postedMeanwhile() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)
        let thread = try await engine.ask("q0").settled().threadID
        _ = try await engine.threads.append(engine.question("aside"), to: thread, in: .default)

        _ = try await engine.ask("q1", in: thread).live.outcome()

        #expect(model.requests.last?.turns.map(\.text) == ["q0", "echo: q0", "aside", "q1"])
    }

    @Test("The figures of the thread's data go to the model")
    func profile() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)
        let document = JSONObject([("viewEvents", .array([.object(JSONObject([("adId", .string("ad-7"))]))]))])
        let data = try await engine.analysis.update(of: nil, with: document)

        let started = try await engine.runs.start(
            RunService.Request(
                target: .new(engine.threads.make()),
                assistantID: engine.assistant.id,
                settings: RunSettings(engine.assistant.settings),
                input: [engine.question("q0")],
                data: data
            ),
            in: .default
        )
        _ = try await started.live.outcome()
        _ = try await engine.ask("q1", in: started.run.threadID).live.outcome()

        for request in model.requests { #expect(request.instructions?.text.contains("ad-7") == true) }
        #expect(model.requests.count == 2)
    }

    @Test("A thread that does not exist is said so, and the model is not asked")
    func unknownThread() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)

        await #expect(throws: EngineError.threadNotFound(Identifier("thread_x"))) {
            try await engine.ask("q", in: Identifier("thread_x"))
        }

        #expect(model.requests.isEmpty)
        while engine.runs.liveRuns.count > 0 { await Task.yield() }
    }
}

extension RunService.Started {
    /// The run, once it has ended.
    func settled() async throws -> Run { try await live.outcome().run }
}
