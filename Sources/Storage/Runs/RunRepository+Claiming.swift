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
    /// Takes the run from whoever had it. Nil when there is no such run.
    package func claim(_ id: Identifier<Run>) throws -> RunClaim? {
        try db.first("UPDATE runs SET fence = fence + 1 WHERE id = ? RETURNING fence", [id.rawValue]) { row in
            RunClaim(run: id, fence: row.integer(0))
        }
    }

    /// Stores the run's state, if the claim is still good.
    package func update(_ run: Run, claim: RunClaim) throws {
        let columns = StateColumns(run.state)
        try db.run(
            """
            UPDATE runs SET status = ?, started_at = ?, expires_at = ?, ended_at = ?, detail = ?, usage = ?
            WHERE id = ? AND fence = ?
            """,
            [
                columns.status, columns.startedAt, columns.expiresAt, columns.endedAt, columns.detail, columns.usage,
                run.id.rawValue, claim.fence,
            ]
        )
        guard db.changesCount == 1 else { throw LostClaim() }
    }

    /// Notes that a run, which has been found in this transaction, is to stop. Whoever has its claim keeps it.
    package func setCancelling(_ run: Run) throws {
        try db.run("UPDATE runs SET status = ? WHERE id = ?", [run.state.status.rawValue, run.id.rawValue])
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

    /// Ids of runs that have not ended, oldest first, up to `limit` behind the one at `sequence`.
    package func unfinished(after sequence: Int, limit: Int) throws -> [(sequence: Int, id: Identifier<Run>)] {
        let sql = """
            SELECT seq, id FROM runs
            WHERE seq > ? AND status IN ('queued', 'in_progress', 'requires_action', 'cancelling')
            ORDER BY seq LIMIT ?
            """
        return try db.all(sql, [sequence, limit]) { ($0.integer(0), Identifier($0.text(1))) }
    }

    /// The run at a place. Throws `StorageError.corrupt` when its row cannot be read.
    package func find(at sequence: Int) throws -> Run? {
        try db.first(Self.columns + " WHERE seq = ?", [sequence], run)
    }
}
