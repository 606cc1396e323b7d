import AssistantsAPI
import Foundation
import Storage

/// A database in a folder of its own, which is gone with it.
final class TemporaryDatabase: Sendable {
    let path: String
    let database: Database

    init() throws {
        path = NSTemporaryDirectory() + "storage-tests-\(UUID().uuidString)"
        database = try Database(directory: DataDirectory(path: path))
    }

    /// One that begins with all that another, closed one holds.
    init(copying other: String) throws {
        path = NSTemporaryDirectory() + "storage-tests-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: other, toPath: path)
        database = try Database(directory: DataDirectory(path: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A stored thread.
    func thread(_ id: String = "thread_1") async throws -> Identifier<AssistantThread> {
        let thread = AssistantThread(id: Identifier(id), createdAt: Timestamp(seconds: 1))
        try await database.write { try $0.threads.insert(thread, in: .default) }
        return thread.id
    }

    @discardableResult
    func append(
        _ id: String,
        to thread: Identifier<AssistantThread>,
        tokens: Int = 10
    ) async throws -> MessageRepository.Position {
        let message = Message(
            id: Identifier(id),
            threadID: thread,
            createdAt: Timestamp(seconds: 1),
            role: .user,
            content: Message.Content(text: id)
        )
        return try await database.write { db in
            try db.messages.append(message, tokens: tokens, after: try db.messages.last(of: thread))
        }
    }
}
