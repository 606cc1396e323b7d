import AssistantsAPI
import Foundation
import Storage
import Testing

@Suite struct StatementTests {
    @Test(
        "A text comes back as it was stored",
        arguments: [
            "", "a", "매출 1위: 강남점", "before\0after", "\0", String(repeating: "한글 ", count: 20), "👩‍👩‍👧", "'; --",
        ]
    )
    func texts(_ text: String) async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        let tables = [ThreadDataRepository.Table(name: text, json: text)]

        try await temporary.database.write { try $0.threadData.put(tables, profile: text, basedOn: 0, of: thread) }

        let (stored, profile) = try await temporary.database.read { db in
            (try db.threadData.tables(of: thread), try db.threadData.profile(of: thread))
        }
        #expect(stored == tables)
        #expect(profile.map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test("NULL is not the empty text, nor 0")
    func nulls() async throws {
        let temporary = try TemporaryDatabase()
        var assistant = Assistant(
            id: Identifier("asst_1"),
            createdAt: Timestamp(seconds: 0),
            name: nil,
            description: "",
            settings: AssistantSettings(model: "m"),
            metadata: Metadata()
        )
        let id = assistant.id
        try await temporary.database.write { [assistant] in try $0.assistants.insert(assistant, in: .default) }
        #expect(try await temporary.database.read { try $0.assistants.find(id, in: .default) } == assistant)

        assistant.name = ""
        assistant.description = nil
        try await temporary.database.write { [assistant] in try $0.assistants.update(assistant) }
        #expect(try await temporary.database.read { try $0.assistants.find(id, in: .default) } == assistant)
    }

    @Test("A statement that was refused is refused with SQLite's reason, and works the next time")
    func refusal() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()

        for number in 0..<3 {
            let error = await #expect(throws: StorageError.self) { _ = try await temporary.thread() }
            #expect(error?.description.contains("UNIQUE constraint failed: threads.id") == true)
            let orphan = await #expect(throws: StorageError.self) {
                try await temporary.append("msg_x", to: Identifier("thread_nowhere"))
            }
            #expect(orphan?.description.contains("FOREIGN KEY constraint failed") == true)
            _ = try await temporary.thread("thread_next_\(number)")
            try await temporary.append("msg_\(number)", to: thread)
        }

        let page = try await temporary.database.read { db in
            try db.messages.page(PageRequest(limit: 10, order: .ascending), of: thread)
        }
        #expect(page.items.map(\.id.rawValue) == ["msg_0", "msg_1", "msg_2"])
    }

    @Test("A read sees one commit throughout")
    func snapshot() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        try await temporary.append("msg_0", to: thread)
        let (reads, isReading) = AsyncStream.makeStream(of: Void.self)
        let written = DispatchSemaphore(value: 0)

        async let places = temporary.database.read { db in
            let before = try db.messages.last(of: thread)
            isReading.yield()
            written.wait()
            return (before, try db.messages.last(of: thread))
        }
        for await _ in reads { break }
        try await temporary.append("msg_1", to: thread)
        written.signal()

        let (before, after) = try await places
        #expect(before == after)
        #expect(try await temporary.database.read { try $0.messages.last(of: thread) } != before)
    }

    @Test("A read that ends with an error leaves its connection fit for others")
    func failedReads() async throws {
        struct Refusal: Error {}
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()

        for _ in 0..<20 {
            await #expect(throws: Refusal.self) {
                try await temporary.database.read { db in
                    _ = try db.threads.exists(thread, in: .default)
                    throw Refusal()
                }
            }
        }
        try await temporary.append("msg_0", to: thread)

        for _ in 0..<20 {
            #expect(try await temporary.database.read { try $0.messages.last(of: thread) } != nil)
        }
    }

    @Test("A read whose task is cancelled ends as cancelled, and leaves its connection fit for others")
    func cancelledReads() async throws {
        let temporary = try TemporaryDatabase()
        let database = temporary.database
        let thread = try await temporary.thread()
        try await database.write { db in
            var last: MessageRepository.Position?
            for number in 0..<5_000 {
                let message = Message(
                    id: Identifier("msg_\(number)"),
                    threadID: thread,
                    createdAt: Timestamp(seconds: 1),
                    role: .user,
                    content: Message.Content(text: "text")
                )
                last = try db.messages.append(message, tokens: 1, after: last)
            }
        }

        for _ in 0..<8 {
            let (reads, isReading) = AsyncStream.makeStream(of: Void.self)
            let reading = Task {
                try await database.read { db in
                    isReading.yield()
                    for _ in 0..<50 { _ = try db.messages.newestUserContents(of: thread, limit: 5_000, bytes: .max) }
                    try Task.checkCancellation()
                }
            }
            for await _ in reads { break }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }

        for _ in 0..<20 {
            #expect(try await database.read { try $0.messages.last(of: thread)?.tokensThrough } == 5_000)
        }
    }
}
