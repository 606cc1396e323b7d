import AssistantsAPI
import Foundation
import ModelProviders
import RunEngine
import Storage
import Synchronization
import Testing

@Suite struct QueryDataTests {
    /// Calls `query_data` with each statement, one after the other, and then says what came of the last one.
    private static func model(_ statements: String..., name: String = "query_data") -> ScriptedModel {
        let turns = Mutex(0)
        return ScriptedModel { request, receive in
            let turn = turns.withLock { turn in
                defer { turn += 1 }
                return turn
            }
            guard turn < statements.count else {
                receive(.text(request.outputs.last ?? "nothing"))
                return ChatOutcome(finish: .stop, usage: nil)
            }
            receive(.toolCallStarted(index: 0, id: "call_\(turn)", name: name))
            receive(
                .toolCallArguments(
                    index: 0,
                    JSONValue.object(JSONObject([("sql", .string(statements[turn]))])).jsonText
                )
            )
            return ChatOutcome(finish: .toolCalls, usage: nil)
        }
    }

    private static let rows = #"[{"품목": "사과", "개수": 3}, {"품목": "배", "개수": 4}, {"품목": "사과", "개수": 5}]"#

    private func start(
        _ engine: TestEngine,
        _ question: String,
        in thread: Identifier<AssistantThread>? = nil,
        data: String? = nil,
        tools: [Tool] = [.function(.queryData)]
    ) async throws -> RunService.Started {
        var settings = engine.assistant.settings
        settings.tools = tools
        var update: ThreadDataUpdate?
        if let data, let document = try JSONValue(parsing: data).objectValue {
            update = try await engine.analysis.update(of: thread, with: document)
        }
        return try await engine.runs.start(
            RunService.Request(
                target: thread.map { .existing($0) } ?? .new(engine.threads.make()),
                assistantID: engine.assistant.id,
                settings: RunSettings(settings),
                input: [engine.question(question)],
                data: update
            ),
            in: .default
        )
    }

    private func answer(_ started: RunService.Started) async throws -> String {
        try #require(try await started.live.outcome().answer).content.plainText
    }

    @Test("A model queries data that came beside the question, and its call has its output on the wire")
    func systemData() async throws {
        let model = Self.model(#"SELECT 품목, sum(개수) AS 합 FROM 재고 GROUP BY 품목 ORDER BY 합 DESC"#)
        let engine = try await TestEngine(model)

        let started = try await start(engine, "몇 개야?", data: #"{"재고": \#(Self.rows)}"#)
        let said = try await answer(started)

        #expect(said == #"{"columns":["품목","합"],"rows":[["사과",8],["배",4]],"row_count":2}"#)
        let request = try #require(model.requests.first)
        #expect(request.tools.map(\.name) == ["query_data"])
        #expect(request.instructions?.text.contains("Table 재고: 3 rows, from system_data") == true)
        let run = started.run
        let steps = try await engine.database.read { try $0.runSteps.all(of: run) }
        let calls = try #require(steps.first?.toolCalls)
        #expect(calls.map(\.type) == ["function"])
        #expect(calls.first?.function?.output == said)
        #expect(steps.map(\.status) == [.completed, .completed])
    }

    @Test("Arrays that were pasted into messages are tables, the newer in place of the older of a name")
    func pasted() async throws {
        let engine = try await TestEngine(Self.model("SELECT sum(개수) FROM 재고"))
        let thread = try await engine.threads.create(metadata: nil, data: nil, in: .default).id
        let older = engine.question("재고: [{\"개수\": 1}]\n알겠지?")
        _ = try await engine.threads.append(older, to: thread, in: .default)

        let started = try await start(engine, "재고: \(Self.rows)\n모두 몇 개야?", in: thread)

        #expect(try await answer(started).contains("[[12]]"))
    }

    @Test("Faults are fed back to the model as words, and it may ask again")
    func faults() async throws {
        let model = Self.model("SELECT prix FROM stock", "DROP TABLE stock", "SELECT price FROM stock")
        let engine = try await TestEngine(model)

        let said = try await answer(try await start(engine, "?", data: #"{"stock": [{"price": 1.5}]}"#))

        #expect(said.contains("[[1.5]]"))
        let outputs = try #require(model.requests.last).outputs
        #expect(outputs[0].contains("There is no column prix") && outputs[0].contains("price"))
        #expect(outputs[1].contains("Only SELECT is possible here"))
    }

    @Test("Without data the tool is not offered, and nobody waits for it when it is called all the same")
    func noData() async throws {
        let model = Self.model("SELECT 1")
        let engine = try await TestEngine(model)

        let said = try await answer(try await start(engine, "Hello"))

        #expect(model.requests.first?.tools.isEmpty == true)
        #expect(said.contains("There is no data in this conversation"))
    }

    @Test("A caller's own function of that name stays the caller's")
    func ownFunction() async throws {
        let model = Self.model("SELECT 1")
        let engine = try await TestEngine(model)
        let own = Tool.Function(
            name: "query_data",
            description: nil,
            parameters: Tool.Function.noParameters,
            strict: false
        )

        let started = try await start(engine, "?", data: #"{"stock": [{"a": 1}]}"#, tools: [.function(own)])
        let run = try await engine.waiting(started)
        _ = try await engine.runs.cancel(run.id, of: run.threadID, in: .default)
    }

    @Test("Calls of the caller's functions beside a query wait for their outputs alone")
    func mixed() async throws {
        let model = ScriptedModel { request, receive in
            guard request.outputs.isEmpty else {
                receive(.text(request.outputs.joined(separator: " | ")))
                return ChatOutcome(finish: .stop, usage: nil)
            }
            receive(.toolCallStarted(index: 0, id: "call_a", name: "query_data"))
            receive(.toolCallArguments(index: 0, #"{"sql": "SELECT sum(a) FROM stock"}"#))
            receive(.toolCallStarted(index: 1, id: "call_b", name: "own"))
            receive(.toolCallArguments(index: 1, "{}"))
            return ChatOutcome(finish: .toolCalls, usage: nil)
        }
        let engine = try await TestEngine(model)
        let own = Tool.Function(name: "own", description: nil, parameters: Tool.Function.noParameters, strict: false)
        let started = try await start(
            engine,
            "?",
            data: #"{"stock": [{"a": 41}, {"a": 1}]}"#,
            tools: [.function(.queryData), .function(own)]
        )
        let run = try await engine.waiting(started)
        guard case .requiresAction(_, let action) = run.state else {
            Issue.record("it does not wait: \(run.state.status)")
            return
        }
        #expect(action.toolCalls.map(\.id) == ["call_b"])
        _ = try await engine.runs.submit(
            [.init(callID: "call_b", output: "mine")],
            isPartial: false,
            to: run.id,
            of: run.threadID,
            in: .default
        )
        #expect(try await answer(started).hasSuffix(#""row_count":1} | mine"#))
    }

    @Test("Tables are made once for the data that there is, anew when there is more, and go with their thread")
    func cache() async throws {
        let engine = try await TestEngine(ScriptedModel())
        let first = try await start(engine, "?", data: #"{"stock": [{"a": 1}]}"#)
        _ = try await first.live.outcome()
        let thread = first.run.threadID
        let made = engine.tableFiles
        #expect(made.count == 1)

        _ = try await start(engine, "again?", in: thread).live.outcome()
        #expect(engine.tableFiles == made)

        _ = try await start(engine, "now?", in: thread, data: #"{"sold": [{"a": 1}]}"#).live.outcome()
        try await wait("the older file to go") { engine.tableFiles.count == 1 && engine.tableFiles != made }

        try await engine.threads.delete(thread, in: .default)
        try await wait("the file to go") { engine.tableFiles.isEmpty }
    }
}

extension ChatRequest {
    /// What came of calls so far.
    fileprivate var outputs: [String] {
        items.compactMap { if case .toolOutput(_, let output) = $0 { output } else { nil } }
    }
}

extension TestEngine {
    /// The run once it waits for outputs.
    fileprivate func waiting(_ started: RunService.Started) async throws -> Run {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let run = try await runs.find(started.run.id, of: started.run.threadID, in: .default)
            if run.state.status == .requiresAction { return run }
            try #require(ContinuousClock.now < deadline && !run.state.status.isTerminal, "it is \(run.state.status)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    fileprivate var tableFiles: Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: path + "/tables")) ?? [])
    }
}

/// Waits until something holds.
private func wait(_ what: String, until holds: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !holds() {
        try #require(ContinuousClock.now < deadline, "waited for \(what)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
