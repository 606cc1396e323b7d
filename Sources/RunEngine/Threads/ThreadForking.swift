import AssistantsAPI
import Storage

/// Copies threads, so that a conversation can go on in two ways from a point of its past.
package struct ThreadForking: Sendable {
    let database: Database
    let ids: IDGenerator
    let clock: WallClock

    package init(database: Database, ids: IDGenerator, clock: WallClock) {
        self.database = database
        self.ids = ids
        self.clock = clock
    }

    /// Makes a new thread with the messages of `source`, up to and with `last` or all of them.
    ///
    /// Messages keep everything but their ids and their run; runs are not copied. A run at work on the source does not
    /// matter. Throws `EngineError.threadNotFound` or `.messageNotFound`.
    /// - Parameter metadata: of the new thread; nil copies the source's.
    package func fork(
        _ source: Identifier<AssistantThread>,
        through last: Identifier<Message>?,
        metadata: Metadata?,
        in project: ProjectID
    ) async throws -> AssistantThread {
        let (id, now) = (ids.next(AssistantThread.self), clock.now())
        let messageIDs = String(ids.next(Message.self).rawValue.dropLast(Self.randomDigits))
        return try await database.write { db in
            guard let original = try db.threads.find(source, in: project) else {
                throw EngineError.threadNotFound(source)
            }
            var end = Int.max
            if let last {
                guard let sequence = try db.messages.sequence(of: last, in: source) else {
                    throw EngineError.messageNotFound(last)
                }
                end = sequence
            }
            let fork = AssistantThread(
                id: id,
                createdAt: now,
                metadata: metadata ?? original.metadata,
                toolResources: original.toolResources
            )
            try db.threads.fork(source, through: end, as: fork, in: project, messageIDs: messageIDs)
            return fork
        }
    }

    /// Digits of an id behind those that tell its time.
    private static let randomDigits = 16
}
