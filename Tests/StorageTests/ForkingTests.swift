import AssistantsAPI
import Storage
import Testing

@Suite struct ForkingTests {
    private let temporary: TemporaryDatabase

    init() throws { temporary = try TemporaryDatabase() }

    private func fork(_ source: Identifier<AssistantThread>, through last: Int = .max) async throws -> [Message] {
        let fork = AssistantThread(id: Identifier("thread_fork"), createdAt: Timestamp(seconds: 9))
        return try await temporary.database.write { db in
            try db.threads.fork(source, through: last, as: fork, in: .default, messageIDs: "msg_prefix00")
            return try db.messages.page(PageRequest(limit: 100, order: .ascending), of: fork.id).items
        }
    }

    @Test("Copies keep order, times and texts, have ids of their own and belong to no run")
    func copies() async throws {
        let thread = try await temporary.thread()
        for number in 1...3 { try await temporary.append("msg_\(number)", to: thread) }
        let other = try await temporary.thread("thread_2")
        try await temporary.append("msg_other", to: other)
        var answer = Message(
            id: Identifier("msg_4"),
            threadID: thread,
            createdAt: Timestamp(seconds: 5),
            role: .assistant,
            content: Message.Content(text: "msg_4"),
            status: .incomplete(reason: .maxTokens),
            assistantID: Identifier("asst_1"),
            runID: Identifier("run_1"),
            metadata: Metadata(pairs: [("a", "b")]),
            attachmentsJSON: "[1]",
            endedAt: Timestamp(seconds: 7)
        )
        let stored = answer
        try await temporary.database.write { db in
            _ = try db.messages.append(stored, tokens: 10, after: try db.messages.last(of: thread))
        }

        let copies = try await fork(thread)

        #expect(copies.map(\.content.plainText) == ["msg_1", "msg_2", "msg_3", "msg_4"])
        #expect(Set(copies.map(\.id.rawValue)).count == 4)
        #expect(copies.allSatisfy { $0.id.rawValue.hasPrefix("msg_prefix00") && $0.id.rawValue.count == 28 })
        answer.id = copies[3].id
        answer.threadID = Identifier("thread_fork")
        answer.runID = nil
        #expect(copies[3] == answer)
    }

    @Test("A fork at a message ends with it, and counts its tokens anew")
    func partial() async throws {
        let thread = try await temporary.thread()
        for number in 1...4 { try await temporary.append("msg_\(number)", to: thread) }
        try await temporary.database.write { db in _ = try db.messages.delete(Identifier("msg_2"), of: thread) }
        let last = try await temporary.database.read { try $0.messages.sequence(of: Identifier("msg_3"), in: thread) }

        let copies = try await fork(thread, through: try #require(last))

        #expect(copies.map(\.content.plainText) == ["msg_1", "msg_3"])
        let position = try await temporary.database.read { try $0.messages.last(of: Identifier("thread_fork")) }
        #expect(position?.tokensThrough == 20)
    }

    @Test("Data comes along, after the copy of the message that it came after")
    func data() async throws {
        let thread = try await temporary.thread()
        for number in 1...2 { try await temporary.append("msg_\(number)", to: thread) }
        try await temporary.database.write { db in
            let table = ThreadDataRepository.Table(name: "plays", json: "[]")
            try db.threadData.put([table], profile: "profile", basedOn: 0, of: thread)
        }
        try await temporary.append("msg_3", to: thread)

        _ = try await fork(thread)

        let fork = Identifier<AssistantThread>("thread_fork")
        try await temporary.database.read { db in
            let table = try #require(try db.threadData.tables(of: fork).first)
            #expect(try db.threadData.profile(of: fork) == "profile")
            let messages = try db.messages.chunk(of: fork, after: nil, order: .ascending, bytes: 1 << 20)
            #expect(table.afterMessage == messages[1].sequence)
        }
    }
}
