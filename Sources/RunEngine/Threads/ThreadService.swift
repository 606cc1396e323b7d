import AssistantsAPI
import Storage

/// Threads and what is said in them outside of runs.
package struct ThreadService: Sendable {
    let database: Database
    let worker: RunWorker
    let ids: IDGenerator
    let clock: WallClock

    package init(database: Database, worker: RunWorker, ids: IDGenerator, clock: WallClock) {
        self.database = database
        self.worker = worker
        self.ids = ids
        self.clock = clock
    }

    var adoption: ThreadAdoption {
        ThreadAdoption(database: database, clock: clock, isOn: worker.configuration.adoptsUnknownThreads)
    }

    /// A thread that is stored nowhere yet.
    package func make(
        metadata: Metadata? = nil,
        toolResources: ToolResources = ToolResources()
    ) -> AssistantThread {
        AssistantThread(id: ids.next(), createdAt: clock.now(), metadata: metadata, toolResources: toolResources)
    }

    package func create(
        metadata: Metadata?,
        data: ThreadDataUpdate?,
        in project: ProjectID
    ) async throws -> AssistantThread {
        let thread = make(metadata: metadata)
        try await database.write { db in
            try db.threads.insert(thread, in: project)
            if let data {
                try db.threadData.put(data.tables, profile: data.profile, basedOn: data.basedOn, of: thread.id)
            }
        }
        return thread
    }

    /// Throws `EngineError.threadNotFound`.
    package func find(_ id: Identifier<AssistantThread>, in project: ProjectID) async throws -> AssistantThread {
        try await adoption.adopting(id, in: project) {
            guard let thread = try await database.read({ try $0.threads.find(id, in: project) }) else {
                throw EngineError.threadNotFound(id)
            }
            return thread
        }
    }

    package func page(_ request: PageRequest, in project: ProjectID) async throws -> Page<AssistantThread> {
        try await database.read { try $0.threads.page(request, of: project) }
    }

    /// Deletes a thread with its messages and runs; a run at work on it is stopped.
    package func delete(_ id: Identifier<AssistantThread>, in project: ProjectID) async throws {
        let existed = try await database.write { try $0.threads.delete(id, in: project) }
        guard existed else { throw EngineError.threadNotFound(id) }
        await worker.threadWasDeleted(id)
    }

    /// Appends a message.
    package func append(
        _ message: PendingMessage,
        to thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Message {
        let whole = message.joined(thread, at: clock.now())
        let tokens = message.content.estimatedTokens
        try await adoption.adopting(thread, in: project) {
            try await database.write { db in
                guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
                _ = try db.messages.append(whole, tokens: tokens, after: try db.messages.last(of: thread))
            }
        }
        return whole
    }

    package func messages(
        _ request: PageRequest,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Page<Message> {
        try await adoption.adopting(thread, in: project) {
            try await database.read { db in
                guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
                return try db.messages.page(request, of: thread)
            }
        }
    }

    /// Some `bytes` of the messages that follow the one at `sequence` (nil: from the beginning of the list), and the last
    /// one's place. Nil when there are no more.
    package func messages(
        of thread: Identifier<AssistantThread>,
        after sequence: Int?,
        order: PageRequest.Order,
        bytes: Int
    ) async throws -> (messages: [Message], last: Int)? {
        let chunk = try await database.read { db in
            try db.messages.chunk(of: thread, after: sequence, order: order, bytes: bytes)
        }
        guard let last = chunk.last else { return nil }
        return (chunk.map(\.message), last.sequence)
    }
}
