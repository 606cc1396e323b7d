import AssistantsAPI
import ModelProviders
import RunEngine
import Storage
import Testing

@Suite(.timeLimit(.minutes(1))) struct AdmissionTests {
    @Test("A run that is known by its outcome alone is stored when that is told")
    func awaited() async throws {
        let engine = try await TestEngine(ScriptedModel())

        let started = try await engine.ask("q0", .new(engine.threads.make()), isAwaited: true)
        let outcome = try await started.live.outcome()

        #expect(outcome.answer?.content.plainText == "echo: q0")
        #expect(try await engine.texts(of: started.run.threadID) == ["q0", "echo: q0"])
        #expect(try await engine.runs.find(started.run.id, of: started.run.threadID, in: .default) == outcome.run)
        let told = started.live.log
        let source = try await engine.runs.events(of: started.run.id, in: started.run.threadID, project: .default)
        guard case .ended(_, let stored?) = source else {
            Issue.record("its events are not there")
            return
        }
        #expect(stored.events().map(\.name) == told.events().map(\.name))
        #expect(stored.count > 5)
        let next = try await engine.ask("q1", .existing(started.run.threadID), isAwaited: true)
        #expect(try await next.live.outcome().answer?.content.plainText == "echo: q1")
        #expect(try await engine.texts(of: started.run.threadID) == ["q0", "echo: q0", "q1", "echo: q1"])
    }

    @Test("Such a run is on disk soon, however long its model thinks")
    func slowModel() async throws {
        let gate = Gate()
        let model = ScriptedModel(saying: "done", behind: gate)
        let engine = try await TestEngine(model)

        let started = try await engine.ask("q0", .new(engine.threads.make()), isAwaited: true)
        var texts: [String] = []
        while texts.isEmpty {
            do {
                texts = try await engine.texts(of: started.run.threadID)
            } catch EngineError.threadNotFound {
                continue
            }
        }
        let isAtWork = engine.runs.liveRuns.find(started.run.id) != nil
        gate.open()

        #expect(texts == ["q0"])
        #expect(isAtWork)
        #expect(try await started.live.outcome().run.state.status == .completed)
    }

    @Test("When such a run cannot be stored, its outcome tells, and nothing of it is left")
    func notStored() async throws {
        let engine = try await TestEngine(ScriptedModel())
        var taken: [AssistantThread] = []
        for _ in 0..<100 {
            let run = try await engine.ask("q0", .new(engine.threads.make()), isAwaited: true).live.outcome().run
            taken.append(AssistantThread(id: run.threadID, createdAt: run.createdAt))
        }

        await withTaskGroup(of: Void.self) { group in
            for thread in taken {
                group.addTask {
                    await #expect(throws: StorageError.self) {
                        try await engine.ask("q1", .new(thread), isAwaited: true).live.outcome()
                    }
                }
            }
        }
        while engine.runs.liveRuns.count > 0 { await Task.yield() }
        for thread in taken { #expect(try await engine.texts(of: thread.id) == ["q0", "echo: q0"]) }
        let next = try await engine.ask("q2", in: taken[0].id).live.outcome()
        #expect(next.answer?.content.plainText == "echo: q2")
    }

    @Test("Of runs that come to a thread at the same time one wins, and that one alone asks the model")
    func oneWins() async throws {
        let model = ScriptedModel()
        let engine = try await TestEngine(model)
        let rounds = 2000
        var wins = 0

        for _ in 0..<rounds {
            let thread = try await engine.threads.create(metadata: nil, data: nil, in: .default)
            let won = await withTaskGroup(of: RunService.Started?.self) { group in
                for number in 0..<4 {
                    group.addTask { try? await engine.ask("q\(number)", .existing(thread.id), policy: .reject) }
                }
                return await group.reduce(into: [RunService.Started]()) { won, started in
                    if let started { won.append(started) }
                }
            }
            for started in won { _ = try await started.live.outcome() }
            wins += won.count
        }

        // One may come when another has ended already; whoever lost has asked nothing.
        #expect(wins >= rounds)
        #expect(model.requests.count == wins)
    }
}
