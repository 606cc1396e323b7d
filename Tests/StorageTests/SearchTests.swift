import AssistantsAPI
import GRDB
import Storage
import Testing

@Suite struct SearchTests {
    private let temporary: TemporaryDatabase

    init() throws { temporary = try TemporaryDatabase() }

    private init(temporary: TemporaryDatabase) { self.temporary = temporary }

    /// Stores a thread with a message for each text.
    @discardableResult
    private func thread(
        _ id: String,
        _ texts: String...,
        metadata: [(key: String, value: String)] = [],
        in project: ProjectID = .default
    ) async throws -> Identifier<AssistantThread> {
        let thread = AssistantThread(
            id: Identifier(id),
            createdAt: Timestamp(seconds: 1),
            metadata: metadata.isEmpty ? nil : Metadata(pairs: metadata)
        )
        try await temporary.database.write { db in
            if project != .default {
                _ = try db.projects.ensure(named: project.rawValue, candidate: project, at: Timestamp(seconds: 1))
            }
            try db.threads.insert(thread, in: project)
            for (index, text) in texts.enumerated() {
                let message = Message(
                    id: Identifier("msg_\(id)_\(index)"),
                    threadID: thread.id,
                    createdAt: Timestamp(seconds: 1),
                    role: .user,
                    content: Message.Content(text: text)
                )
                _ = try db.messages.append(message, tokens: 1, after: nil)
            }
        }
        return thread.id
    }

    private func index() async throws {
        while true {
            let work = try await temporary.database.read { try $0.search.work(limit: 3, bytes: 1000) }
            if work.isEmpty { return }
            let step = SearchRepository.Step(work)
            #expect(try await temporary.database.write { try $0.search.perform(step) })
        }
    }

    private func found(
        _ query: String? = nil,
        metadata: [(key: String, value: String)] = [],
        limit: Int = 20,
        order: PageRequest.Order = .descending,
        after: String? = nil,
        before: String? = nil,
        in project: ProjectID = .default
    ) async throws -> [String] {
        let filter = ThreadFilter(metadata: metadata, query: query.map { SearchQuery($0) })
        let request = PageRequest(limit: limit, order: order, after: after, before: before)
        let page = try await temporary.database.read { try $0.threads.page(request, of: project, matching: filter) }
        return page.items.map(\.id.rawValue) + (page.hasMore ? ["…"] : [])
    }

    @Test("An index that was made by other rules is emptied at the start, and filled again")
    func otherRules() async throws {
        try await thread("thread_1", "a red lamp")
        try await index()
        let path = temporary.path + "/assistants.sqlite"
        try await DatabaseQueue(path: path).write { db in
            try db.execute(sql: "INSERT OR REPLACE INTO progress VALUES ('search rules', 0)")
        }

        let next = try SearchTests(temporary: TemporaryDatabase(copying: temporary.path))
        #expect(try await next.found("lamp").isEmpty)
        try await next.index()
        #expect(try await next.found("lamp") == ["thread_1"])
        // Once is enough.
        let last = try TemporaryDatabase(copying: next.temporary.path)
        #expect(try await last.database.read { try $0.search.work(limit: 3, bytes: 1000).isEmpty })
    }

    @Test("All words must be in one message, in any order and case; the last one may go on")
    func words() async throws {
        try await thread("thread_1", "The player in Busan shows no Picture", "and a second message")
        try await thread("thread_2", "a picture of the store")
        try await index()

        #expect(try await found("picture") == ["thread_2", "thread_1"])
        #expect(try await found("PICTURE player") == ["thread_1"])
        #expect(try await found("player pict") == ["thread_1"])
        #expect(try await found("play picture") == [])
        #expect(try await found("play* picture") == ["thread_1"])
        #expect(try await found("player second") == [], "in two messages")
        #expect(try await found("p") == [], "one letter is no beginning")
    }

    @Test("A text in ASCII has the words that it has beside Korean")
    func wordsInASCII() async throws {
        let long = String(repeating: "Abcdefg8", count: 9)
        let text = "Player_2 (BUSAN-01): no  Picture!!\tv1.2; \(long)x o'clock _x_"
        try await thread("thread_1", text)
        try await thread("thread_2", text + " 환불")
        try await index()

        let words = ["player_2", "busan", "01", "NO", "picture", "v1", "2", "o", "clock", "_x_"]
        for word in words + [String(long.prefix(64))] {
            #expect(try await found("\(word) clock") == ["thread_2", "thread_1"], "\(word)")
        }
        for word in ["player", "busan01", "x", "1.2x", String(long.prefix(63))] {
            #expect(try await found("\(word) clock") == [], "\(word)")
        }
    }

    @Test(
        "Korean words are found with particles, without spaces and inside of others",
        arguments: [
            ("환불", true), ("환불을", true), ("정책", true), ("정책이", true), ("환불정책", true), ("환불정책을", true),
            ("환불 정책", true), ("알려", true), ("API를", true), ("api", true), ("API는", true), ("책", true), ("불정", true),
            ("환급", false), ("정책 배송", false), ("API키", false),
        ]
    )
    func korean(query: String, isFound: Bool) async throws {
        try await thread("thread_1", "환불의 정책은 API로 알려주세요")
        try await index()

        #expect(try await found(query) == (isFound ? ["thread_1"] : []))
    }

    @Test(
        "Other scripts and forms of writing are found",
        arguments: [
            ("Crème brûlée", "creme"), ("creme", "Crème"), ("我的订单没有到", "订单"), ("我的订单没有到", "没"),
            ("注文はどこですか", "注文"), ("Привет, мир", "привет"), ("snake_case_name", "snake_case_name"),
            ("\u{1112}\u{116A}\u{11AB}\u{1107}\u{116E}\u{11AF}", "환불"), ("ＡＢＣ", "abc"), ("주문 20260826번", "20260826"),
        ]
    )
    func scripts(text: String, query: String) async throws {
        try await thread("thread_1", text)
        try await thread("thread_2", "something else")
        try await index()

        #expect(try await found(query) == ["thread_1"])
    }

    @Test("Words in quotes follow each other")
    func phrases() async throws {
        try await thread("thread_1", "no signal on the screen")
        try await thread("thread_2", "signal: no")
        try await thread("thread_3", "환불 정책을 알려 주세요")
        try await index()

        #expect(try await found("\"no signal\"") == ["thread_1"])
        #expect(try await found("no signal") == ["thread_2", "thread_1"])
        #expect(try await found("\"환불 정책\"") == ["thread_3"])
        #expect(try await found("\"정책 환불\"") == [])
    }

    @Test(
        "No text is an error",
        arguments: [
            "\"", "a AND", "NEAR(", "terms: x", "* *", "^", "(a", "a OR b)", "\"\"\"", "-x", "{a b}: c", "\u{0}",
            "'; DROP",
            "\u{E000}proj_default", "!!!", "💥", "a\"b\"c\"",
        ]
    )
    func anyText(query: String) async throws {
        try await thread("thread_1", "nothing of that")
        try await index()

        #expect(try await found(query).count <= 1)
    }

    @Test("What is found comes in the order of the list, page by page, each thread once")
    func pages() async throws {
        for number in 1...5 { try await thread("thread_\(number)", "refund", "no", "refund again") }
        try await index()

        #expect(try await found("refund", limit: 2) == ["thread_5", "thread_4", "…"])
        #expect(try await found("refund", limit: 2, after: "thread_4") == ["thread_3", "thread_2", "…"])
        #expect(try await found("refund", limit: 2, after: "thread_2") == ["thread_1"])
        #expect(try await found("refund", limit: 2, order: .ascending) == ["thread_1", "thread_2", "…"])
        #expect(
            try await found("refund", limit: 2, order: .ascending, before: "thread_5") == ["thread_3", "thread_4", "…"]
        )
        #expect(try await found("refund", after: "thread_5", before: "thread_2") == ["thread_4", "thread_3"])
        let error = await #expect(throws: UnknownCursor.self) { try await found("refund", after: "thread_x") }
        #expect(error?.parameter == "after")
        _ = try await temporary.database.write { try $0.threads.delete(Identifier("thread_3"), in: .default) }
        #expect(try await found("refund", after: "thread_3") == ["thread_2", "thread_1"])
    }

    @Test("Metadata must be there, all pairs of it")
    func metadata() async throws {
        try await thread("thread_1", metadata: [("user", "7"), ("plan", "pro")])
        try await thread("thread_2", "refund", metadata: [("user", "7"), ("plan", "free")])
        try await thread("thread_3", "refund", metadata: [("user", "8")])
        try await thread("thread_4", "refund")
        try await index()

        #expect(try await found(metadata: [("user", "7")]) == ["thread_2", "thread_1"])
        #expect(try await found(metadata: [("user", "7")], limit: 1) == ["thread_2", "…"])
        #expect(try await found(metadata: [("user", "7"), ("plan", "pro")]) == ["thread_1"])
        #expect(try await found(metadata: [("user", "7"), ("user", "8")]) == [])
        #expect(try await found("refund", metadata: [("user", "7")]) == ["thread_2"])
        #expect(try await found() == ["thread_4", "thread_3", "thread_2", "thread_1"])

        try await temporary.database.write { db in
            guard var thread = try db.threads.find(Identifier("thread_1"), in: .default) else { return }
            thread.metadata = Metadata(pairs: [("user", "9")])
            try db.threads.update(thread)
        }
        #expect(try await found(metadata: [("user", "7")]) == ["thread_2"])
        #expect(try await found(metadata: [("user", "9")]) == ["thread_1"])
        _ = try await temporary.database.write { try $0.threads.delete(Identifier("thread_1"), in: .default) }
        #expect(try await found(metadata: [("user", "9")]) == [])
    }

    @Test("A project sees its own threads alone")
    func projects() async throws {
        let other = ProjectID("proj_other")
        try await thread("thread_1", "refund", metadata: [("user", "7")])
        try await thread("thread_2", "refund", metadata: [("user", "7")], in: other)
        try await index()

        #expect(try await found("refund") == ["thread_1"])
        #expect(try await found("refund", in: other) == ["thread_2"])
        #expect(try await found(metadata: [("user", "7")], in: other) == ["thread_2"])
        await #expect(throws: UnknownCursor.self) { try await found("refund", after: "thread_2") }
    }

    @Test("What is deleted leaves the index, and a number given again is no mix-up")
    func deletions() async throws {
        let first = try await thread("thread_1", "alpha", "beta")
        try await thread("thread_2", "gamma")
        try await index()
        _ = try await temporary.database.write { try $0.messages.delete(Identifier("msg_thread_1_1"), of: first) }
        #expect(try await found("beta") == [], "before the index knows")
        try await index()
        #expect(try await found("alpha") == ["thread_1"])

        _ = try await temporary.database.write { try $0.threads.delete(Identifier("thread_2"), in: .default) }
        try await thread("thread_3", "delta")
        #expect(try await found("gamma") == [])
        try await index()
        #expect(try await found("gamma") == [])
        #expect(try await found("delta") == ["thread_3"])
    }

    @Test("A step whose messages have changed since is not done")
    func outdated() async throws {
        let thread = try await thread("thread_1", "alpha")
        let work = try await temporary.database.read { try $0.search.work(limit: 10, bytes: 1000) }
        let step = SearchRepository.Step(work)
        _ = try await temporary.database.write { try $0.messages.delete(Identifier("msg_thread_1_0"), of: thread) }

        #expect(try await temporary.database.write { try $0.search.perform(step) } == false)
        try await index()
        #expect(try await found("alpha") == [])
    }
}
