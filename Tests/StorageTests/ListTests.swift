import AssistantsAPI
import Storage
import Testing

@Suite struct ListTests {
    private func ids(
        _ temporary: TemporaryDatabase,
        _ thread: Identifier<AssistantThread>,
        _ request: PageRequest
    ) async throws -> [String] {
        try await temporary.database.read { try $0.messages.page(request, of: thread).items.map(\.id.rawValue) }
    }

    @Test("A list is walked on from a row that was deleted, in either direction")
    func deletedCursor() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        for number in 1...5 { try await temporary.append("msg_\(number)", to: thread) }

        let existed = try await temporary.database.write { db in
            try db.messages.delete(Identifier("msg_3"), of: thread)
        }

        #expect(existed)
        let after = PageRequest(limit: 9, order: .ascending, after: "msg_3")
        #expect(try await ids(temporary, thread, after) == ["msg_4", "msg_5"])
        let older = PageRequest(limit: 9, order: .descending, after: "msg_3")
        #expect(try await ids(temporary, thread, older) == ["msg_2", "msg_1"])
        let before = PageRequest(limit: 9, order: .descending, before: "msg_3")
        #expect(try await ids(temporary, thread, before) == ["msg_5", "msg_4"])
    }

    @Test("What comes after the newest row was deleted follows it")
    func reusedPlace() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        for number in 1...2 { try await temporary.append("msg_\(number)", to: thread) }
        _ = try await temporary.database.write { try $0.messages.delete(Identifier("msg_2"), of: thread) }
        try await temporary.append("msg_3", to: thread)

        let after = PageRequest(limit: 9, order: .ascending, after: "msg_2")
        #expect(try await ids(temporary, thread, after) == ["msg_3"])
    }

    @Test("A row that was deleted from one list is no place in another")
    func otherList() async throws {
        let temporary = try TemporaryDatabase()
        let (first, second) = (try await temporary.thread("thread_1"), try await temporary.thread("thread_2"))
        try await temporary.append("msg_1", to: first)
        _ = try await temporary.database.write { try $0.messages.delete(Identifier("msg_1"), of: first) }

        await #expect(throws: UnknownCursor.self) {
            try await ids(temporary, second, PageRequest(limit: 9, order: .ascending, after: "msg_1"))
        }
    }

    @Test("A message is deleted once, and the thread's past counts as changed")
    func deletion() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        try await temporary.append("msg_1", to: thread)
        let before = try await temporary.database.read { try $0.threads.edits(of: thread) }

        let existed = try await temporary.database.write { db in
            [
                try db.messages.delete(Identifier("msg_1"), of: Identifier("thread_other")),
                try db.messages.delete(Identifier("msg_1"), of: thread),
                try db.messages.delete(Identifier("msg_1"), of: thread),
            ]
        }

        #expect(existed == [false, true, false])
        #expect(try await temporary.database.read { try $0.threads.edits(of: thread) } == before.map { $0 + 1 })
    }

    @Test("Assistants of other projects are neither found, nor listed, nor deleted")
    func projects() async throws {
        let temporary = try TemporaryDatabase()
        let assistant = Assistant(
            id: Identifier("asst_1"),
            createdAt: Timestamp(seconds: 1),
            name: nil,
            description: nil,
            settings: AssistantSettings(model: "m")
        )
        try await temporary.database.write { try $0.assistants.insert(assistant, in: .default) }
        let other = ProjectID("proj_other")

        let found = try await temporary.database.write { db in
            (
                try db.assistants.find(assistant.id, in: other),
                try db.assistants.page(PageRequest(limit: 9, order: .descending), of: other).items,
                try db.assistants.delete(assistant.id, in: other)
            )
        }

        #expect(found.0 == nil && found.1.isEmpty && !found.2)
        let page = try await temporary.database.read { db in
            try db.assistants.page(PageRequest(limit: 9, order: .descending), of: .default)
        }
        #expect(page.items == [assistant])
    }

    @Test("A modified thread keeps what it was given, and forgets what was taken away")
    func thread() async throws {
        let temporary = try TemporaryDatabase()
        let id = try await temporary.thread()
        var thread = AssistantThread(
            id: id,
            createdAt: Timestamp(seconds: 1),
            metadata: Metadata(pairs: [("k", "v")]),
            toolResources: ToolResources(fileIDs: ["file-1"])
        )
        try await temporary.database.write { [thread] in try $0.threads.update(thread) }
        #expect(try await temporary.database.read { try $0.threads.find(id, in: .default) } == thread)

        thread.metadata = nil
        thread.toolResources = ToolResources()
        try await temporary.database.write { [thread] in try $0.threads.update(thread) }
        #expect(try await temporary.database.read { try $0.threads.find(id, in: .default) } == thread)
    }
}
