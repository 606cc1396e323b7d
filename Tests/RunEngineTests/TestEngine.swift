import AssistantsAPI
import Foundation
import Logging
import ModelProviders
import RunEngine
import ServiceLifecycle
import Storage

/// An engine on a database of its own, with a model that does what a test tells it.
final class TestEngine: Sendable {
    let path: String
    let database: Database
    let analysis: ThreadAnalysis
    let worker: RunWorker
    let runs: RunService
    let threads: ThreadService
    let assistant: Assistant

    init(
        _ model: any ChatModel,
        configuration: EngineConfiguration = EngineConfiguration(),
        path: String? = nil
    ) async throws {
        self.path = path ?? NSTemporaryDirectory() + "engine-tests-\(UUID().uuidString)"
        database = try Database(directory: DataDirectory(path: self.path))
        let (ids, clock) = (IDGenerator(clock: .system), WallClock.system)
        analysis = ThreadAnalysis(
            database: database,
            tables: ThreadTables(database: database, directory: self.path + "/tables"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        worker = RunWorker(
            database: database,
            answerer: .model(model),
            analysis: analysis,
            configuration: configuration,
            ids: ids,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        runs = RunService(database: database, worker: worker, ids: ids, clock: clock)
        threads = ThreadService(database: database, worker: worker, ids: ids, clock: clock)
        assistant = try await AssistantService(database: database, ids: ids, clock: clock).ensure(
            Identifier("asst_test"),
            model: "model",
            instructions: "Be exact.",
            in: .default
        )
    }

    /// Runs `body` while the worker serves, and stops it afterwards.
    func serving<Value: Sendable>(_ body: @escaping @Sendable (TestEngine) async throws -> Value) async throws -> Value
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await self.worker.run()
                return nil
            }
            group.addTask { try await body(self) }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }

    func question(_ text: String) -> PendingMessage {
        PendingMessage(id: IDGenerator(clock: .system).next(), role: .user, content: Message.Content(text: text))
    }

    /// Asks in a thread, or in a new one.
    func ask(_ text: String, in thread: Identifier<AssistantThread>? = nil) async throws -> RunService.Started {
        try await ask(text, thread.map { .existing($0) } ?? .new(threads.make()))
    }

    /// - Parameter isAwaited: whether the run is known to who asks by its outcome alone.
    func ask(
        _ text: String,
        _ target: RunService.Request.Target,
        policy: ActiveRunPolicy = .enqueue,
        isAwaited: Bool = false
    ) async throws -> RunService.Started {
        try await runs.start(
            RunService.Request(
                target: target,
                assistantID: assistant.id,
                settings: RunSettings(assistant.settings),
                input: [question(text)],
                policy: policy,
                isAwaited: isAwaited
            ),
            in: .default
        )
    }

    func texts(of thread: Identifier<AssistantThread>) async throws -> [String] {
        let page = try await threads.messages(PageRequest(limit: 100, order: .ascending), of: thread, in: .default)
        return page.items.map(\.content.plainText)
    }
}
