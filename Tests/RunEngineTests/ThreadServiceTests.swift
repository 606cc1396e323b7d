import AssistantsAPI
import ModelProviders
import RunEngine
import Storage
import Testing

@Suite struct ThreadServiceTests {
    @Test("A thread begins with its messages, in their order, attachments included")
    func initialMessages() async throws {
        let engine = try await TestEngine(ScriptedModel())
        var question = engine.question("first")
        question.attachmentsJSON = #"[{"file_id":"file-1","tools":[]}]"#
        question.metadata = Metadata(pairs: [("k", "v")])

        let thread = try await engine.threads.create(
            messages: [question, engine.question("second")],
            metadata: nil,
            toolResources: ToolResources(fileIDs: ["file-1"]),
            in: .default
        )

        #expect(try await engine.texts(of: thread.id) == ["first", "second"])
        #expect(try await engine.threads.find(thread.id, in: .default) == thread)
        let stored = try await engine.threads.message(question.id, of: thread.id, in: .default)
        #expect(stored == question.joined(thread.id, at: thread.createdAt))
    }

    @Test("No message joins a thread at which a run works; afterwards one may")
    func lock() async throws {
        let gate = Gate()
        let model = ScriptedModel(saying: "fine", behind: gate)
        let engine = try await TestEngine(model)
        let started = try await engine.ask("q")
        let (thread, run) = (started.run.threadID, started.run.id)

        await #expect(throws: EngineError.threadLocked(thread, by: run)) {
            try await engine.threads.createMessage(engine.question("more"), in: thread, project: .default)
        }
        #expect(
            EngineError.threadLocked(thread, by: run).message
                == "Can't add messages to \(thread) while a run \(run) is active."
        )

        gate.open()
        _ = try await started.live.outcome()
        _ = try await engine.threads.createMessage(engine.question("more"), in: thread, project: .default)
        #expect(try await engine.texts(of: thread) == ["q", "fine", "more"])
    }

    @Test("The messages of one run are told from the others")
    func writtenByRun() async throws {
        let engine = try await TestEngine(ScriptedModel())
        let first = try await engine.ask("q0")
        let thread = first.run.threadID
        let answer = try await first.live.outcome().answer
        _ = try await engine.ask("q1", in: thread).live.outcome()

        let page = try await engine.threads.messages(
            PageRequest(limit: 20, order: .descending),
            of: thread,
            writtenBy: first.run.id,
            in: .default
        )

        #expect(page.items.map(\.id) == [answer?.id])
        let none = try await engine.threads.messages(
            PageRequest(limit: 20, order: .descending),
            of: thread,
            writtenBy: Identifier("run_unknown"),
            in: .default
        )
        #expect(none.items.isEmpty)
    }

    @Test("A message that was deleted is in no later prompt")
    func deletion() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)
        let first = try await engine.ask("secret")
        let thread = first.run.threadID
        _ = try await first.live.outcome()
        let page = try await engine.threads.messages(
            PageRequest(limit: 20, order: .ascending),
            of: thread,
            in: .default
        )
        let question = try #require(page.items.first)

        try await engine.threads.deleteMessage(question.id, of: thread, in: .default)
        _ = try await engine.ask("again", in: thread).live.outcome()

        #expect(model.requests.last?.turns.map(\.text) == ["echo: secret", "again"])
        await #expect(throws: EngineError.messageNotFound(question.id)) {
            try await engine.threads.message(question.id, of: thread, in: .default)
        }
    }

    @Test("Metadata of threads and messages is replaced as a whole, kept, or cleared")
    func metadata() async throws {
        let engine = try await TestEngine(ScriptedModel())
        let thread = try await engine.threads.create(
            messages: [engine.question("q")],
            metadata: Metadata(pairs: [("a", "1")]),
            toolResources: ToolResources(),
            in: .default
        )
        let message = try #require(
            try await engine.threads
                .messages(PageRequest(limit: 1, order: .ascending), of: thread.id, in: .default).items.first
        )
        func modify(_ metadata: Patch<Metadata>) async throws -> (Metadata?, Metadata?) {
            let modified = try await engine.threads.modify(
                thread.id,
                metadata: metadata,
                toolResources: .unchanged,
                in: .default
            )
            let changed = try await engine.threads.modifyMessage(
                message.id,
                of: thread.id,
                metadata: metadata,
                in: .default
            )
            return (modified.metadata, changed.metadata)
        }

        let new = Metadata(pairs: [("b", "2")])
        #expect(try await modify(.set(new)) == (new, new))
        #expect(try await modify(.unchanged) == (new, new))
        #expect(try await modify(.cleared) == (nil, nil))
    }
}
