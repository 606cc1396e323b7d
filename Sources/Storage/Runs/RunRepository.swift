import AssistantsAPI
import GRDB

/// Runs, as rows of `runs`.
package struct RunRepository {
    let db: GRDB.Database
    let settingsCache: RunSettingsCache
    let lease: WorkerLease

    static let columns = """
        SELECT id, thread_id, assistant_id, created_at, settings_id, metadata, status, started_at, expires_at,
            ended_at, detail, usage
        FROM runs
        """

    /// Inserts a run in any state, as one of this process's. `input` are messages that join the thread when it begins, `events` the
    /// record of what it has told.
    package func insert(_ run: Run, input: [PendingMessage] = [], events: String? = nil) throws {
        try lease.renewIfDue(db)
        let columns = StateColumns(run.state)
        try db.run(
            """
            INSERT INTO runs (id, thread_id, assistant_id, settings_id, created_at, metadata, status, started_at,
                expires_at, ended_at, detail, usage, input, worker, events)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run.id.rawValue, run.threadID.rawValue, run.assistantID.rawValue, try settingsID(of: run.settings),
                run.createdAt.seconds, run.metadata?.jsonText, columns.status, columns.startedAt, columns.expiresAt,
                columns.endedAt, columns.detail, columns.usage, PendingMessage.encode(input), lease.worker, events,
            ]
        )
    }

    package func find(_ id: Identifier<Run>, of thread: Identifier<AssistantThread>) throws -> Run? {
        try db.first(
            Self.columns + " WHERE id = ? AND thread_id = ?",
            [id.rawValue, thread.rawValue],
            run
        )
    }

    package func page(_ request: PageRequest, of thread: Identifier<AssistantThread>) throws -> Page<Run> {
        try ListQuery(
            select: Self.columns,
            table: "runs",
            scope: "thread_id = ?",
            scopeArgument: thread.rawValue
        ).page(request, in: db, run)
    }

    func run(_ row: borrowing ResultRow) throws -> Run {
        let id = row.text(0)
        guard let settings = try settings(at: row.integer(4)),
            let state = StateColumns(
                status: row.text(6),
                startedAt: row.optionalInteger(7),
                expiresAt: row.optionalInteger(8),
                endedAt: row.optionalInteger(9),
                detail: row.optionalText(10),
                usage: row.optionalText(11)
            ).state
        else { throw StorageError.corrupt(table: "runs", id: id) }
        return Run(
            id: Identifier(id),
            threadID: Identifier(row.text(1)),
            assistantID: Identifier(row.text(2)),
            createdAt: Timestamp(seconds: row.integer(3)),
            settings: settings,
            metadata: row.optionalText(5).flatMap(Metadata.init(storedJSON:)),
            state: state
        )
    }

    private func settings(at id: Int) throws -> RunSettings? {
        if let known = settingsCache.find(id: id) { return known }
        let body = try db.first("SELECT body FROM run_settings WHERE id = ?", [id]) { $0.text(0) }
        guard let body, let settings = RunSettings(storedJSON: body) else { return nil }
        settingsCache.remember(settings, id: id, bytes: body.utf8.count)
        return settings
    }

    /// The row that holds these settings; runs of the same assistant share it.
    private func settingsID(of settings: RunSettings) throws -> Int {
        if let id = settingsCache.find(settings) { return id }
        let body = settings.jsonText
        let hash = Self.hash(of: body)
        let known = try db.first("SELECT id FROM run_settings WHERE hash = ? AND body = ?", [hash, body]) {
            $0.integer(0)
        }
        if let known {
            settingsCache.remember(settings, id: known, bytes: body.utf8.count)
            return known
        }
        try db.run("INSERT INTO run_settings (hash, body) VALUES (?, ?)", [hash, body])
        return Int(db.lastInsertedRowID)
    }

    /// FNV-1a. It only narrows the search: the bodies themselves are compared.
    private static func hash(of text: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash)
    }
}
