import AssistantsAPI
import GRDB

/// Run steps, as rows of `run_steps`.
package struct RunStepRepository {
    let db: GRDB.Database

    private static let columns = """
        SELECT id, created_at, message_id, tool_calls, status, ended_at, last_error, usage, reasoning FROM run_steps
        """

    package func insert(_ step: RunStep) throws {
        try db.run(
            """
            INSERT INTO run_steps (id, run_id, created_at, message_id, tool_calls, reasoning, status, ended_at,
                last_error, usage)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                step.id.rawValue, step.runID.rawValue, step.createdAt.seconds, step.messageID?.rawValue,
                step.toolCalls.map(ToolCall.storedJSON(of:)), step.reasoning, step.status.rawValue,
                step.endedAt?.seconds,
                step.lastError?.jsonText, step.usage?.jsonText,
            ]
        )
    }

    /// Stores what changes in a step's life.
    package func update(_ step: RunStep) throws {
        try db.run(
            """
            UPDATE run_steps SET tool_calls = ?, status = ?, ended_at = ?, last_error = ?, usage = ? WHERE id = ?
            """,
            [
                step.toolCalls.map(ToolCall.storedJSON(of:)), step.status.rawValue, step.endedAt?.seconds,
                step.lastError?.jsonText,
                step.usage?.jsonText, step.id.rawValue,
            ]
        )
    }

    /// The steps of a run in the order in which they happened. A run has some dozens at most.
    package func all(of run: Run) throws -> [RunStep] {
        try db.all(Self.columns + " WHERE run_id = ? ORDER BY seq", [run.id.rawValue]) { try Self.step($0, run) }
    }

    package func find(_ id: Identifier<RunStep>, of run: Run) throws -> RunStep? {
        try db.first(Self.columns + " WHERE id = ? AND run_id = ?", [id.rawValue, run.id.rawValue]) {
            try Self.step($0, run)
        }
    }

    package func page(_ request: PageRequest, of run: Run) throws -> Page<RunStep> {
        try ListQuery(
            select: Self.columns,
            table: "run_steps",
            scope: "run_id = ?",
            scopeArgument: run.id.rawValue
        ).page(request, in: db) { try Self.step($0, run) }
    }

    /// The newest code that was run in a thread, newest first: up to `limit` calls of its last runs.
    package func codeCalls(of thread: Identifier<AssistantThread>, limit: Int) throws -> [CodeInterpreterCall] {
        let sql = """
            SELECT tool_calls FROM (SELECT seq AS run, id FROM runs WHERE thread_id = ? ORDER BY seq DESC LIMIT 100) AS last
                JOIN run_steps ON run_id = last.id
            WHERE tool_calls LIKE '%"type":"code_interpreter"%' ORDER BY run DESC, run_steps.seq DESC
            """
        var calls: [CodeInterpreterCall] = []
        try db.forEach(sql, [thread.rawValue]) { row in
            calls += (ToolCall.list(storedJSON: row.text(0)) ?? []).reversed().compactMap(\.code).filter {
                $0.result != nil
            }
            return calls.count < limit
        }
        return Array(calls.prefix(limit))
    }

    private static func step(_ row: borrowing ResultRow, _ run: Run) throws -> RunStep {
        let id = row.text(0)
        let details: RunStep.Details
        if let message = row.optionalText(2) {
            details = .messageCreation(Identifier(message))
        } else if let calls = row.optionalText(3).flatMap(ToolCall.list(storedJSON:)) {
            details = .toolCalls(calls)
        } else {
            throw StorageError.corrupt(table: "run_steps", id: id)
        }
        var step = RunStep(
            id: Identifier(id),
            run: run,
            createdAt: Timestamp(seconds: row.integer(1)),
            details: details,
            status: RunStep.Status(rawValue: row.text(4)) ?? .failed
        )
        step.endedAt = row.optionalInteger(5).map(Timestamp.init(seconds:))
        step.lastError = row.optionalText(6).flatMap(Run.LastError.init(storedJSON:))
        step.usage = row.optionalText(7).flatMap(TokenUsage.init(storedJSON:))
        step.reasoning = row.optionalText(8)
        return step
    }
}
