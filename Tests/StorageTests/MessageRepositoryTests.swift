import AssistantsAPI
import Storage
import Testing

@Suite struct MessageRepositoryTests {
    private func filled(_ count: Int) async throws -> (TemporaryDatabase, Identifier<AssistantThread>) {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()
        for number in 1...count { try await temporary.append("msg_\(number)", to: thread) }
        return (temporary, thread)
    }

    private func ids(_ request: PageRequest, _ count: Int = 7) async throws -> ([String], Bool) {
        let (temporary, thread) = try await filled(count)
        let page = try await temporary.database.read { try $0.messages.page(request, of: thread) }
        return (page.items.map(\.id.rawValue), page.hasMore)
    }

    @Test("A list is walked in both directions by its cursors")
    func cursors() async throws {
        let newest = try await ids(PageRequest(limit: 3, order: .descending))
        #expect(newest == (["msg_7", "msg_6", "msg_5"], true))

        let older = try await ids(PageRequest(limit: 3, order: .descending, after: "msg_5"))
        #expect(older == (["msg_4", "msg_3", "msg_2"], true))

        let last = try await ids(PageRequest(limit: 3, order: .descending, after: "msg_2"))
        #expect(last == (["msg_1"], false))

        let before = try await ids(PageRequest(limit: 3, order: .ascending, before: "msg_6"))
        #expect(before == (["msg_3", "msg_4", "msg_5"], true))

        let between = try await ids(PageRequest(limit: 5, order: .ascending, after: "msg_2", before: "msg_5"))
        #expect(between == (["msg_3", "msg_4"], false))
    }

    @Test("A cursor that is in no list is refused by name")
    func unknownCursor() async throws {
        let error = await #expect(throws: UnknownCursor.self) {
            try await ids(PageRequest(limit: 3, order: .ascending, after: "msg_x"))
        }

        #expect(error?.parameter == "after")
        #expect(error?.id == "msg_x")
    }

    @Test("Tokens are summed along the thread")
    func tokens() async throws {
        let (temporary, thread) = try await filled(3)

        let last = try await temporary.database.read { try $0.messages.last(of: thread) }

        #expect(last?.tokensThrough == 30)
    }

    @Test("A window holds what begins at the floor or above, and what is new")
    func window() async throws {
        let (temporary, thread) = try await filled(10)

        let window = try await temporary.database.read { try $0.messages.window(of: thread, after: 0, tokenFloor: 40) }
        #expect(window.map(\.id.rawValue) == (5...10).map { "msg_\($0)" })

        let place = window[3].position.sequence
        let news = try await temporary.database.read { db in
            try db.messages.window(of: thread, after: place, tokenFloor: 40)
        }
        #expect(news.map(\.id.rawValue) == ["msg_9", "msg_10"])
    }

    @Test("The newest message is in the window, however long it is")
    func longMessage() async throws {
        let (temporary, thread) = try await filled(3)
        try await temporary.append("msg_long", to: thread, tokens: 1_000_000)

        let window = try await temporary.database.read { db in
            try db.messages.window(of: thread, after: 0, tokenFloor: 900_000)
        }

        #expect(window.map(\.id.rawValue) == ["msg_long"])
    }

    @Test("Deleting a thread takes its messages along")
    func cascade() async throws {
        let (temporary, thread) = try await filled(3)

        let existed = try await temporary.database.write { try $0.threads.delete(thread, in: .default) }

        #expect(existed)
        #expect(try await temporary.database.read { try $0.messages.last(of: thread) } == nil)
    }
}
