import AssistantsAPI
import Storage

extension ThreadService {
    /// Makes a thread that begins with `messages`, in one transaction.
    ///
    /// - Parameter newStore: made in the same transaction.
    package func create(
        messages: [PendingMessage],
        metadata: Metadata?,
        toolResources: ToolResources,
        newStore: NewVectorStore? = nil,
        in project: ProjectID
    ) async throws -> AssistantThread {
        let new = make(metadata: metadata, toolResources: toolResources)
        let (ids, attachments) = (ids, ThreadAttachments(messages.compactMap(\.attachmentsJSON)))
        // Measured here, not on the one thread that writes.
        let measured = messages.map { (message: $0, tokens: $0.content.estimatedTokens) }
        return try await database.write { db in
            if let newStore { try db.create(newStore, in: project, at: new.createdAt) }
            try db.threads.insert(new, in: project)
            var previous: MessageRepository.Position?
            for (message, tokens) in measured {
                let joined = message.joined(new.id, at: new.createdAt)
                previous = try db.messages.append(joined, tokens: tokens, after: previous)
            }
            guard !attachments.isEmpty else { return new }
            try db.join(attachments, to: new.id, ids: ids, at: new.createdAt)
            return try db.threads.find(new.id) ?? new
        }
    }

    /// Throws `EngineError.threadNotFound`.
    package func modify(
        _ id: Identifier<AssistantThread>,
        metadata: Patch<Metadata>,
        toolResources: Patch<ToolResources>,
        in project: ProjectID
    ) async throws -> AssistantThread {
        try await adoption.adopting(id, in: project) {
            try await database.write { db in
                guard var thread = try db.threads.find(id, in: project) else { throw EngineError.threadNotFound(id) }
                metadata.apply(to: &thread.metadata)
                toolResources.apply(to: &thread.toolResources)
                try db.threads.update(thread)
                return thread
            }
        }
    }

    /// Appends a message, unless a run works on the thread.
    ///
    /// Throws `EngineError.threadNotFound` or `.threadLocked`, or `VectorStoreError.storeFull`.
    package func createMessage(
        _ message: PendingMessage,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> Message {
        let whole = message.joined(thread, at: clock.now())
        let tokens = message.content.estimatedTokens
        let (ids, attachments) = (ids, ThreadAttachments([message.attachmentsJSON].compactMap { $0 }))
        try await adoption.adopting(thread, in: project) {
            try await database.write { db in
                guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
                if let run = try db.runs.activeRun(of: thread) { throw EngineError.threadLocked(thread, by: run) }
                _ = try db.messages.append(whole, tokens: tokens, after: try db.messages.last(of: thread))
                try db.join(attachments, to: thread, ids: ids, at: whole.createdAt)
            }
        }
        return whole
    }

    /// Throws `EngineError.threadNotFound` or `.messageNotFound`.
    package func message(
        _ id: Identifier<Message>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Message {
        try await database.read { try $0.message(id, of: thread, in: project) }
    }

    /// Of the messages of a thread those that `run` wrote. Throws `EngineError.threadNotFound`.
    package func messages(
        _ request: PageRequest,
        of thread: Identifier<AssistantThread>,
        writtenBy run: Identifier<Run>,
        in project: ProjectID
    ) async throws -> Page<Message> {
        try await adoption.adopting(thread, in: project) {
            try await database.read { db in
                guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
                return try db.messages.page(request, of: thread, writtenBy: run)
            }
        }
    }

    /// Throws `EngineError.threadNotFound` or `.messageNotFound`.
    package func modifyMessage(
        _ id: Identifier<Message>,
        of thread: Identifier<AssistantThread>,
        metadata: Patch<Metadata>,
        in project: ProjectID
    ) async throws -> Message {
        try await database.write { db in
            var message = try db.message(id, of: thread, in: project)
            metadata.apply(to: &message.metadata)
            try db.messages.setMetadata(message.metadata, of: id)
            return message
        }
    }

    /// Throws `EngineError.threadNotFound` or `.messageNotFound`.
    package func deleteMessage(
        _ id: Identifier<Message>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws {
        try await database.write { db in
            guard try db.threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
            guard try db.messages.delete(id, of: thread) else { throw EngineError.messageNotFound(id) }
        }
    }
}

extension Connection {
    fileprivate func message(
        _ id: Identifier<Message>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) throws -> Message {
        guard try threads.exists(thread, in: project) else { throw EngineError.threadNotFound(thread) }
        guard let message = try messages.find(id, of: thread) else { throw EngineError.messageNotFound(id) }
        return message
    }
}
