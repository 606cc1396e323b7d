import AssistantsAPI
import GRDB

extension ThreadRepository {
    /// Makes `fork` a copy of `source`: its messages up to the one at `last`, in their order and with their times, and
    /// its data.
    ///
    /// The copies belong to no run. A message that is still being written is not copied. Data is copied as it is now:
    /// what it was when an earlier message came is not known.
    /// - Parameter messageIDs: what the ids of the copies begin with; sixteen random characters follow.
    package func fork(
        _ source: Identifier<AssistantThread>,
        through last: Int,
        as fork: AssistantThread,
        in project: ProjectID,
        messageIDs: String
    ) throws {
        try insert(fork, in: project)
        let firstCopy = try db.first("SELECT COALESCE(MAX(seq), 0) + 1 FROM messages", []) { $0.integer(0) } ?? 1
        try db.run(
            """
            INSERT INTO messages (id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id,
                metadata, attachments, ended_at, tokens, tokens_through)
            SELECT ? || lower(hex(randomblob(8))), ?, created_at, role, status, incomplete_reason, content,
                assistant_id, metadata, attachments, ended_at, tokens, SUM(tokens) OVER (ORDER BY seq)
            FROM messages WHERE thread_id = ? AND seq <= ? AND status <> 'in_progress' ORDER BY seq
            """,
            [messageIDs, fork.id.rawValue, source.rawValue, last]
        )
        // The copies' numbers follow each other, so that counting finds the copy of the message that data came after.
        try db.run(
            """
            INSERT INTO thread_data (thread_id, name, body, after_message)
            SELECT ?, name, body, (
                SELECT IIF(COUNT(*) = 0, 0, ? - 1 + COUNT(*)) FROM messages
                WHERE thread_id = ? AND seq <= MIN(after_message, ?) AND status <> 'in_progress'
            )
            FROM thread_data WHERE thread_id = ?
            """,
            [fork.id.rawValue, firstCopy, source.rawValue, last, source.rawValue]
        )
        try db.run(
            "INSERT INTO thread_profiles SELECT ?, profile, revision FROM thread_profiles WHERE thread_id = ?",
            [fork.id.rawValue, source.rawValue]
        )
    }
}

extension MessageRepository {
    /// The place of a message of a thread; nil when there is none with that id.
    package func sequence(of id: Identifier<Message>, in thread: Identifier<AssistantThread>) throws -> Int? {
        let sql = "SELECT seq FROM messages WHERE id = ? AND thread_id = ?"
        return try db.first(sql, [id.rawValue, thread.rawValue]) { $0.integer(0) }
    }
}
