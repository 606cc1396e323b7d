import AssistantsAPI
import GRDB

extension MessageRepository {
    package func find(_ id: Identifier<Message>, of thread: Identifier<AssistantThread>) throws -> Message? {
        try db.first(
            Self.columns + " WHERE id = ? AND thread_id = ?",
            [id.rawValue, thread.rawValue],
            Self.message
        )
    }

    package func setMetadata(_ metadata: Metadata?, of id: Identifier<Message>) throws {
        try db.run("UPDATE messages SET metadata = ? WHERE id = ?", [metadata?.jsonText, id.rawValue])
    }

    /// Deletes a message; later prompts of the thread do without it. Returns whether there was one.
    package func delete(_ id: Identifier<Message>, of thread: Identifier<AssistantThread>) throws -> Bool {
        let sql = "DELETE FROM messages WHERE id = ? AND thread_id = ? RETURNING seq"
        guard let sequence = try db.first(sql, [id.rawValue, thread.rawValue], { $0.integer(0) }) else { return false }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "messages", scopeArgument: thread.rawValue, sequence: sequence)
        try ThreadRepository(db: db).notePastChanged(thread)
        return true
    }

    /// Of the messages of a thread those that `run` wrote.
    package func page(
        _ request: PageRequest,
        of thread: Identifier<AssistantThread>,
        writtenBy run: Identifier<Run>
    ) throws -> Page<Message> {
        var query = ListQuery(
            select: Self.columns,
            table: "messages",
            scope: "thread_id = ?",
            scopeArgument: thread.rawValue
        )
        query.filters = [(try condition(of: run), run.rawValue)]
        return try query.page(request, in: db, Self.message)
    }

    /// The steps of a run lead to its messages by an index. A run that was brought from elsewhere has no steps.
    private func condition(of run: Identifier<Run>) throws -> String {
        guard try db.hasRow("SELECT 1 FROM run_steps WHERE run_id = ?", [run.rawValue]) else { return "run_id = ?" }
        return """
            seq IN (SELECT written.seq FROM run_steps JOIN messages AS written ON written.id = run_steps.message_id
                WHERE run_steps.run_id = ?)
            """
    }
}
