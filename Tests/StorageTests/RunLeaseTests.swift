import AssistantsAPI
import GRDB
import Storage
import Testing

/// Two processes that share a store: the one under test, and another that is played by statements of its own.
@Suite struct RunLeaseTests {
    private let temporary: TemporaryDatabase
    private let other: DatabaseQueue
    private let run: Run

    init() async throws {
        temporary = try TemporaryDatabase()
        other = try DatabaseQueue(path: temporary.path + "/assistants.sqlite")
        let run = Run(
            id: Identifier("run_1"),
            threadID: try await temporary.thread(),
            assistantID: Identifier("asst_1"),
            createdAt: Timestamp(seconds: 10),
            settings: RunSettings(model: "m", instructions: nil),
            state: .queued(Run.Lifetime(expiresAt: Timestamp(seconds: 610)))
        )
        try await temporary.database.write { try $0.runs.insert(run) }
        self.run = run
    }

    /// The other process takes the run; its lease holds for so many seconds.
    private func takenByOther(for seconds: Int) async throws {
        try await other.write { db in
            try db.execute(
                sql: """
                    INSERT INTO workers (lease_until) VALUES (unixepoch() + \(seconds));
                    UPDATE runs SET fence = fence + 1, worker = last_insert_rowid();
                    """
            )
        }
    }

    private func unfinished() async throws -> [String] {
        try await temporary.database.read { try $0.runs.unfinished(after: 0, limit: 10).map(\.id.rawValue) }
    }

    @Test("A run is its maker's to claim again")
    func own() async throws {
        let id = run.id
        #expect(try await unfinished() == ["run_1"])
        #expect(try await temporary.database.write { try $0.runs.claimIfFree(id) } != nil)
    }

    @Test("A run of another is left alone while its lease holds")
    func held() async throws {
        let id = run.id
        try await takenByOther(for: 30)
        #expect(try await unfinished() == [])
        #expect(try await temporary.database.write { try $0.runs.claimIfFree(id) } == nil)
    }

    @Test("A run of another is anyone's when its lease has run out, and the other can write nothing then")
    func lapsed() async throws {
        let id = run.id
        let first = try #require(try await temporary.database.write { try $0.runs.claim(id) })
        try await takenByOther(for: 0)
        let before = try await other.read { try Int.fetchOne($0, sql: "SELECT fence FROM runs") }

        #expect(try await unfinished() == ["run_1"])
        let claim = try #require(try await temporary.database.write { try $0.runs.claimIfFree(id) })

        #expect(before.map { $0 + 1 } == claim.fence && claim.fence == first.fence + 2)
        try await other.write { db in
            try db.execute(sql: "UPDATE runs SET status = 'failed' WHERE fence = ?", arguments: [before])
            #expect(db.changesCount == 0)
        }
    }

    @Test("What was left by a process before this one is free at once")
    func leftBehind() async throws {
        try await takenByOther(for: 3600)
        try temporary.database.close()
        let left = try TemporaryDatabase(copying: temporary.path)
        #expect(try await left.database.read { try $0.runs.unfinished(after: 0, limit: 10).count } == 1)
    }
}
