import AssistantsAPI
import Foundation
import Storage
import Testing

@Suite struct RunRepositoryTests {
    private static let settings = RunSettings(model: "m", instructions: "Answer.", temperature: 0.5)

    private func run(
        _ id: String,
        in thread: Identifier<AssistantThread>,
        _ state: Run.State? = nil,
        _ settings: RunSettings = settings
    ) -> Run {
        Run(
            id: Identifier(id),
            threadID: thread,
            assistantID: Identifier("asst_1"),
            createdAt: Timestamp(seconds: 10),
            settings: settings,
            metadata: Metadata(pairs: [("k", "v")]),
            state: state ?? .queued(Run.Lifetime(expiresAt: Timestamp(seconds: 610)))
        )
    }

    private static let start = Timestamp(seconds: 11)
    private static let end = Timestamp(seconds: 12)
    private static let lifetime = Run.Lifetime(startedAt: start, expiresAt: Timestamp(seconds: 610))
    private static let usage = TokenUsage(promptTokens: 5, completionTokens: 6, cachedTokens: 1, reasoningTokens: 2)

    static let states: [Run.State] = [
        .queued(Run.Lifetime(expiresAt: Timestamp(seconds: 610))), .queued(lifetime), .inProgress(lifetime),
        .requiresAction(
            lifetime,
            Run.RequiredAction(toolCalls: [FunctionCall(id: "call_1", name: "f", arguments: "{")])
        ),
        .cancelling(lifetime),
        .cancelled(startedAt: start, at: end, usage: usage), .cancelled(startedAt: nil, at: end, usage: nil),
        .failed(startedAt: start, at: end, error: Run.LastError(code: .invalidPrompt, message: "나쁨"), usage: nil),
        .completed(startedAt: start, at: end, usage: usage),
        .incomplete(startedAt: start, at: end, reason: .maxCompletionTokens, usage: usage),
        .incomplete(startedAt: start, at: end, reason: nil, usage: usage),
        .expired(startedAt: nil, expiredAt: Timestamp(seconds: 610), usage: nil),
    ]

    @Test("A run comes back in the state in which it was stored", arguments: states)
    func roundTrip(_ state: Run.State) async throws {
        let temporary = try TemporaryDatabase()
        let run = run("run_1", in: try await temporary.thread(), state)

        try await temporary.database.write { try $0.runs.insert(run) }

        #expect(try await temporary.database.read { try $0.runs.find(run.id, of: run.threadID) } == run)
    }

    @Test("Runs that share settings share no text that only looks the same")
    func sharedSettings() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        let composed = "광고를 분석합니다."
        let texts = [composed, composed, composed.decomposedStringWithCanonicalMapping, composed]
        let runs = texts.enumerated().map { number, text in
            let end = Run.State.expired(startedAt: nil, expiredAt: Timestamp(seconds: 610), usage: nil)
            return run("run_\(number)", in: thread, end, RunSettings(model: "m", instructions: text))
        }

        for run in runs { try await temporary.database.write { try $0.runs.insert(run) } }

        for (run, text) in zip(runs, texts) {
            let found = try await temporary.database.read { try $0.runs.find(run.id, of: thread) }
            #expect(found?.settings.instructions.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test("Who lost a claim can write nothing")
    func fencing() async throws {
        let temporary = try TemporaryDatabase()
        var run = run("run_1", in: try await temporary.thread())
        let queued = run
        let old = try await temporary.database.write { db in
            try db.runs.insert(queued)
            return try db.runs.claim(queued.id)
        }
        _ = try await temporary.database.write { try $0.runs.claim(queued.id) }
        try run.apply(.claimed(at: Timestamp(seconds: 20)))
        let claimed = run
        let lost = try #require(old)

        await #expect(throws: LostClaim.self) {
            try await temporary.database.write { try $0.runs.update(claimed, claim: lost) }
        }

        #expect(try await temporary.database.read { try $0.runs.find(queued.id, of: queued.threadID) } == queued)
    }

    @Test("The database itself refuses two runs at work on one thread")
    func oneAtWork() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        let (first, second) = (run("run_1", in: thread, Self.states[2]), run("run_2", in: thread, Self.states[2]))
        try await temporary.database.write { try $0.runs.insert(first) }

        await #expect(throws: StorageError.self) { try await temporary.database.write { try $0.runs.insert(second) } }
    }

    @Test("What waits with a run is handed over once")
    func input() async throws {
        let temporary = try TemporaryDatabase()
        let run = run("run_1", in: try await temporary.thread())
        let question = PendingMessage(id: Identifier("msg_1"), role: .user, content: Message.Content(text: "질문"))
        try await temporary.database.write { try $0.runs.insert(run, input: [question]) }

        let first = try await temporary.database.write { try $0.runs.takeInput(of: run.id) }
        let second = try await temporary.database.write { try $0.runs.takeInput(of: run.id) }

        #expect(first == [question])
        #expect(second.isEmpty)
    }

    @Test("Unfinished runs are found in the order in which they came, the others not")
    func unfinished() async throws {
        let temporary = try TemporaryDatabase()
        for (number, state) in Self.states.enumerated() {
            let run = run("run_\(number)", in: try await temporary.thread("thread_\(number)"), state)
            try await temporary.database.write { try $0.runs.insert(run) }
        }

        let found = try await temporary.database.read { try $0.runs.unfinished(after: 0, limit: 100) }

        #expect(found.map(\.id.rawValue) == ["run_0", "run_1", "run_2", "run_3", "run_4"])
    }
}
