import AssistantsAPI
import GRDB

/// The right to move a run on. It is good until someone else claims the run.
package struct RunClaim: Sendable, Equatable {
    package let run: Identifier<Run>
    package let fence: Int

    init(run: Identifier<Run>, fence: Int) {
        self.run = run
        self.fence = fence
    }

    /// The claim that comes with creating a run.
    package init(initialOf run: Identifier<Run>) { self.init(run: run, fence: 0) }
}

/// A move was tried with a claim that is no longer good, or on a run that is gone.
package struct LostClaim: Error, Equatable {
    package init() {}
}

extension RunRepository {
    /// Whether nobody but this process may work on a run.
    private static let isFree = "(worker = ? OR worker IS NULL OR worker NOT IN (\(living)))"
    /// As the index `runs_unfinished` has it, which serves the queries that say it in these words.
    static let isUnfinished =
        "status = 'queued' OR status = 'in_progress' OR status = 'requires_action' OR status = 'cancelling'"
    private static let living = "SELECT workers.id FROM workers WHERE lease_until > unixepoch()"

    /// Takes the run from whoever had it. Nil when there is no such run.
    package func claim(_ id: Identifier<Run>) throws -> RunClaim? { try claim(id, where: "? IS NOT NULL") }

    /// Takes the run unless it is another's whose lease holds. Nil then, and when there is no such run.
    package func claimIfFree(_ id: Identifier<Run>) throws -> RunClaim? { try claim(id, where: Self.isFree) }

    private func claim(_ id: Identifier<Run>, where condition: String) throws -> RunClaim? {
        try lease.renewIfDue(db)
        let worker = lease.worker
        let sql = "UPDATE runs SET fence = fence + 1, worker = ? WHERE id = ? AND \(condition) RETURNING fence"
        return try db.first(sql, [worker, id.rawValue, worker]) { RunClaim(run: id, fence: $0.integer(0)) }
    }

    /// Renews this process's lease on its runs; to be called every few seconds while it has some.
    package func renewLease() throws { try lease.renewIfDue(db) }

    /// Stores the run's state, and the record of its events if one is given, if the claim is still good. A run that is to
    /// stop does not begin to wait for outputs.
    package func update(_ run: Run, claim: RunClaim, events: String? = nil) throws {
        let columns = StateColumns(run.state)
        try db.run(
            """
            UPDATE runs SET status = CASE WHEN status = 'cancelling' AND ? = 'requires_action' THEN status ELSE ? END,
                started_at = ?, expires_at = ?, ended_at = ?, detail = ?, usage = ?,
                events = COALESCE(?, events)
            WHERE id = ? AND fence = ?
            """,
            [
                columns.status, columns.status, columns.startedAt, columns.expiresAt, columns.endedAt, columns.detail,
                columns.usage, events, run.id.rawValue, claim.fence,
            ]
        )
        guard db.changesCount == 1 else { throw LostClaim() }
    }

    /// Stores the record of a run's events in the middle of its work, if the claim is still good.
    package func record(_ events: String, claim: RunClaim) throws {
        try db.run("UPDATE runs SET events = ? WHERE id = ? AND fence = ?", [events, claim.run.rawValue, claim.fence])
        guard db.changesCount == 1 else { throw LostClaim() }
    }

    /// Notes that a run, which has been found in this transaction, is to stop. Whoever has its claim keeps it.
    package func setCancelling(_ run: Run) throws {
        try db.run("UPDATE runs SET status = ? WHERE id = ?", [run.state.status.rawValue, run.id.rawValue])
    }

    /// The record of what a run has told; nil when its time is over, or nothing was stored yet.
    package func eventRecord(of id: Identifier<Run>) throws -> String? {
        try db.first("SELECT events FROM runs WHERE id = ?", [id.rawValue]) { $0.optionalText(0) } ?? nil
    }

    /// The oldest run of a thread that has not ended.
    package func activeRun(of thread: Identifier<AssistantThread>) throws -> Identifier<Run>? {
        let sql = """
            SELECT id FROM runs WHERE thread_id = ? AND (\(Self.isUnfinished)) ORDER BY seq LIMIT 1
            """
        return try db.first(sql, [thread.rawValue]) { Identifier($0.text(0)) }
    }

    /// All runs of a thread that have not ended, oldest first.
    package func activeRuns(of thread: Identifier<AssistantThread>) throws -> [Run] {
        let condition = " WHERE thread_id = ? AND (\(Self.isUnfinished)) ORDER BY seq"
        return try db.all(Self.columns + condition, [thread.rawValue], run)
    }

    package func setMetadata(_ metadata: Metadata?, of id: Identifier<Run>) throws {
        try db.run("UPDATE runs SET metadata = ? WHERE id = ?", [metadata?.jsonText, id.rawValue])
    }

    /// Forgets the events of runs that ended before `time`, a bounded number at a time. Returns whether there may be
    /// more.
    package func forgetEvents(endedBefore time: Timestamp) throws -> Bool {
        let limit = 500
        let name = "forgotten_events"
        let start = try db.first("SELECT seq FROM progress WHERE name = ?", [name]) { $0.integer(0) } ?? 0
        let sql = """
            SELECT seq, \(Self.isUnfinished), COALESCE(ended_at, expires_at) FROM runs WHERE seq > ? ORDER BY seq LIMIT ?
            """
        var last = start
        try db.forEach(sql, [start, limit]) { row in
            guard row.integer(1) == 0, row.integer(2) < time.seconds else { return false }
            last = row.integer(0)
            return true
        }
        guard last > start else { return false }
        try db.run("UPDATE runs SET events = NULL WHERE seq > ? AND seq <= ? AND events IS NOT NULL", [start, last])
        try db.run(
            "INSERT INTO progress (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
            [name, last]
        )
        return last - start >= limit
    }

    /// Hands over the messages that wait for the run to begin, once.
    package func takeInput(of id: Identifier<Run>) throws -> [PendingMessage] {
        let sql = "SELECT input FROM runs WHERE id = ? AND input IS NOT NULL"
        guard let input = try db.first(sql, [id.rawValue], { PendingMessage.decode($0.text(0)) }) else { return [] }
        try db.run("UPDATE runs SET input = NULL WHERE id = ?", [id.rawValue])
        return input
    }

    /// Ends a run whose row cannot be read, so that it does not hold up its thread for ever.
    package func abandon(at sequence: Int) throws {
        let error = Run.LastError(code: .serverError, message: "The stored run could not be read.")
        try db.run(
            "UPDATE runs SET status = 'failed', ended_at = unixepoch(), detail = ?, fence = fence + 1 WHERE seq = ?",
            [error.jsonText, sequence]
        )
    }

    /// Ids of runs that have not ended and are no other's, oldest first, up to `limit` behind the one at `sequence`.
    package func unfinished(after sequence: Int, limit: Int) throws -> [(sequence: Int, id: Identifier<Run>)] {
        let sql = """
            SELECT seq, id FROM runs
            WHERE seq > ? AND (\(Self.isUnfinished)) AND \(Self.isFree)
            ORDER BY seq LIMIT ?
            """
        return try db.all(sql, [sequence, lease.worker, limit]) { ($0.integer(0), Identifier($0.text(1))) }
    }

    /// The run at a place. Throws `StorageError.corrupt` when its row cannot be read.
    package func find(at sequence: Int) throws -> Run? {
        try db.first(Self.columns + " WHERE seq = ?", [sequence], run)
    }
}
