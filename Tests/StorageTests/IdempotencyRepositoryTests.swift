import AssistantsAPI
import Storage
import Testing

@Suite struct IdempotencyRepositoryTests {
    private let store: TemporaryDatabase

    init() throws { store = try TemporaryDatabase() }

    private func request(_ owner: String = "req_1", key: String = "k", at time: Int = 100) -> IdempotentRequest {
        IdempotentRequest(
            project: .default,
            key: key,
            fingerprint: Digest(of: "body"),
            owner: owner,
            createdAt: Timestamp(seconds: time)
        )
    }

    private func find(_ key: String = "k") async throws -> IdempotencyRecord? {
        try await store.database.read { try $0.idempotency.find(key, in: .default) }
    }

    private func makeThread(_ id: String) async throws {
        let thread = AssistantThread(id: Identifier(id), createdAt: Timestamp(seconds: 1))
        try await store.database.write { try $0.threads.insert(thread, in: .default) }
    }

    private struct Refused: Error {}

    @Test("A change and its request are stored together, or neither is")
    func together() async throws {
        try await IdempotentRequest.$current.withValue(request()) {
            await #expect(throws: Refused.self) {
                try await store.database.write { db in
                    try db.threads.insert(
                        AssistantThread(id: Identifier("thread_1"), createdAt: Timestamp(seconds: 1)),
                        in: .default
                    )
                    throw Refused()
                }
            }
            let afterFailure = try await find()
            #expect(afterFailure == nil)

            try await makeThread("thread_1")
            let afterChange = try await find()
            #expect(afterChange?.fingerprint == Digest(of: "body").hexadecimal)
            #expect(afterChange?.answer == nil)
        }
    }

    @Test("A change for a key that another request holds is not made")
    func taken() async throws {
        try await IdempotentRequest.$current.withValue(request("req_1")) { try await makeThread("thread_1") }

        await IdempotentRequest.$current.withValue(request("req_2")) {
            await #expect(throws: IdempotencyKeyTaken.self) { try await makeThread("thread_2") }
        }

        let exists = try await store.database.read { try $0.threads.exists(Identifier("thread_2"), in: .default) }
        #expect(!exists)
    }

    @Test("What a request's tasks still write after its answer belongs to nobody")
    func closed() async throws {
        let request = request()
        try await IdempotentRequest.$current.withValue(request) {
            request.close()
            try await makeThread("thread_1")
        }
        #expect(try await find() == nil)
        #expect(!request.hasChanges)
    }

    @Test("The run and the answer of a request are kept through later writes")
    func kept() async throws {
        let request = request()
        request.follow(Identifier("run_1"), of: Identifier("thread_1"), askedBy: Identifier("msg_1"), after: 3)
        let answer = RememberedAnswer(status: 200, headers: "{}", body: "\u{0}안녕")
        try await store.database.write { try $0.idempotency.put(request, answer: answer) }
        try await store.database.write { try $0.idempotency.put(request) }

        let found = try await find()
        #expect(found?.answer == answer)
        #expect(
            found?.run
                == .init(
                    thread: Identifier("thread_1"),
                    run: Identifier("run_1"),
                    message: Identifier("msg_1"),
                    afterEvent: 3
                )
        )
    }

    @Test("A key is another one in another project")
    func projects() async throws {
        let request = request()
        try await store.database.write { try $0.idempotency.put(request) }
        let other = try await store.database.read { try $0.idempotency.find("k", in: ProjectID("proj_other")) }
        #expect(other == nil)
    }

    @Test("Old requests go in batches, the oldest first")
    func purging() async throws {
        for time in 1...5 {
            let request = request("req_\(time)", key: "k\(time)", at: time)
            try await store.database.write { try $0.idempotency.put(request) }
        }
        let removed = try await store.database.write { db in
            try db.idempotency.purge(before: Timestamp(seconds: 5), limit: 3)
        }
        #expect(removed == 3)
        #expect(try await find("k3") == nil)
        #expect(try await find("k4") != nil)
        #expect(try await find("k5") != nil)
    }
}
