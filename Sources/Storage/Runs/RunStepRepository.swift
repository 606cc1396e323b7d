import AssistantsAPI
import GRDB

/// Run steps, as rows of `run_steps`.
package struct RunStepRepository {
    let db: GRDB.Database

    package func insert(_ step: RunStep) throws {
        try db.run(
            """
            INSERT INTO run_steps (id, run_id, created_at, message_id, status, ended_at, last_error, usage)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                step.id.rawValue, step.runID.rawValue, step.createdAt.seconds, step.messageID.rawValue,
                step.status.rawValue, step.endedAt?.seconds, step.lastError?.jsonText, step.usage?.jsonText,
            ]
        )
    }

    /// The steps of a run in the order in which they happened.
    package func all(of run: Run) throws -> [RunStep] {
        try db.all(
            """
            SELECT id, created_at, message_id, status, ended_at, last_error, usage FROM run_steps
            WHERE run_id = ? ORDER BY seq
            """,
            [run.id.rawValue]
        ) { row in
            var step = RunStep(
                id: Identifier(row.text(0)),
                run: run,
                createdAt: Timestamp(seconds: row.integer(1)),
                messageID: Identifier(row.text(2)),
                status: RunStep.Status(rawValue: row.text(3)) ?? .failed
            )
            step.endedAt = row.optionalInteger(4).map(Timestamp.init(seconds:))
            step.lastError = row.optionalText(5).flatMap(Run.LastError.init(storedJSON:))
            step.usage = row.optionalText(6).flatMap(TokenUsage.init(storedJSON:))
            return step
        }
    }
}
