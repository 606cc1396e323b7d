import AssistantsAPI
import GRDB
import Storage
import Testing

/// The rules on a status, which are kept as comparisons.
@Suite struct StatusRuleTests {
    private let temporary: TemporaryDatabase
    private let queue: DatabaseQueue

    init() throws {
        temporary = try TemporaryDatabase()
        queue = try DatabaseQueue(path: temporary.path + "/assistants.sqlite")
    }

    /// What is stored for a chat.
    private static let writes = [
        """
        INSERT INTO messages (id, thread_id, created_at, role, status, content, tokens, tokens_through)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        """
        INSERT INTO runs (id, thread_id, assistant_id, settings_id, created_at, status) VALUES (?, ?, ?, ?, ?, ?)
        """,
        "UPDATE runs SET status = ?, started_at = ?, ended_at = ? WHERE id = ? AND fence = ?",
        "INSERT INTO run_steps (id, run_id, created_at, message_id, status) VALUES (?, ?, ?, ?, ?)",
    ]

    @Test("No row that is written needs a temporary table", arguments: writes)
    func noTemporaryTables(_ sql: String) async throws {
        let arguments = StatementArguments(sql.filter { $0 == "?" }.map { _ in nil as Int? })
        let steps = try await queue.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN " + sql, arguments: arguments).map { $0["opcode"] as String }
        }

        #expect(steps.contains("MakeRecord"))
        #expect(!steps.contains { $0.hasPrefix("OpenEphemeral") })
    }

    @Test(
        "A status that there is not is refused",
        arguments: [
            ("messages", "status = 'done'"), ("runs", "status = 'done'"), ("run_steps", "status = 'queued'"),
            ("messages", "role = 'system'"),
        ]
    )
    func unknownStatus(_ table: String, _ change: String) async throws {
        let thread = try await temporary.thread()
        try await temporary.append("msg_1", to: thread)
        try await queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO run_settings (hash, body) VALUES (1, '{}');
                    INSERT INTO runs (id, thread_id, assistant_id, settings_id, created_at, status)
                        VALUES ('run_1', 'thread_1', 'asst_1', 1, 1, 'completed');
                    INSERT INTO run_steps (id, run_id, created_at, message_id, status)
                        VALUES ('step_1', 'run_1', 1, 'msg_1', 'completed');
                    """
            )
        }

        let error = await #expect(throws: DatabaseError.self) {
            try await queue.write { try $0.execute(sql: "UPDATE \(table) SET \(change)") }
        }

        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
        #expect(error?.message?.contains("CHECK constraint failed") == true)
    }

    @Test("The runs of a thread that have not ended are found by their index")
    func index() async throws {
        let sql = """
            SELECT id FROM runs WHERE thread_id = ? AND (status = 'queued' OR status = 'in_progress'
                OR status = 'requires_action' OR status = 'cancelling') ORDER BY seq LIMIT 1
            """
        let plan = try await queue.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: ["x"]).map { $0["detail"] as String }
        }

        #expect(plan.contains { $0.contains("INDEX runs_unfinished") }, "\(plan)")
    }

    @Test("The changed text is the schema that SQLite has, and the file is whole")
    func schema() async throws {
        let (sql, check) = try await queue.read { db in
            (
                try String.fetchAll(
                    db,
                    sql: "SELECT sql FROM sqlite_schema WHERE name IN ('messages', 'runs', 'run_steps')"
                ),
                try String.fetchAll(db, sql: "PRAGMA integrity_check")
            )
        }

        #expect(sql.count == 3)
        #expect(sql.allSatisfy { $0.contains("status = 'in_progress' OR status =") && !$0.contains("status IN") })
        #expect(check == ["ok"])
    }
}
