import AssistantsAPI
import GRDB

extension MessageRepository {
    /// A message as a prompt needs it.
    package struct PromptEntry: Sendable, Equatable {
        package var position: Position
        package var id: Identifier<Message>
        package var role: Message.Role
        package var content: Message.Content
        /// The run that wrote it; nil for what a caller said.
        package var runID: Identifier<Run>?
    }

    /// The newest messages behind `sequence` (0: from the beginning), oldest first: those that begin at or above
    /// `tokenFloor` tokens of the thread, and the newest in any case. They are read newest first, and no more rows
    /// than are returned, plus one.
    package func window(
        of thread: Identifier<AssistantThread>,
        after sequence: Int,
        tokenFloor: Int
    ) throws -> [PromptEntry] {
        let sql = """
            SELECT seq, tokens_through, role, content, tokens, id, run_id FROM messages
            WHERE thread_id = ? AND seq > ? ORDER BY seq DESC
            """
        var entries: [PromptEntry] = []
        try db.forEach(sql, [thread.rawValue, sequence]) { row in
            let position = Position(sequence: row.integer(0), tokensThrough: row.integer(1))
            let start = position.tokensThrough - row.integer(4)
            if start < tokenFloor, !entries.isEmpty { return false }
            entries.append(Self.entry(row, at: position))
            return true
        }
        entries.reverse()
        return entries
    }

    /// The newest messages that were not written by `run`, oldest first: `count` at most, and up to `tokens` tokens, but
    /// the newest in any case.
    package func newest(
        of thread: Identifier<AssistantThread>,
        count: Int,
        tokens: Int,
        notBy run: Identifier<Run>
    ) throws -> [PromptEntry] {
        let sql = """
            SELECT seq, tokens_through, role, content, tokens, id, run_id FROM messages
            WHERE thread_id = ? AND run_id IS NOT ? ORDER BY seq DESC LIMIT ?
            """
        var entries: [PromptEntry] = []
        var total = 0
        try db.forEach(sql, [thread.rawValue, run.rawValue, count]) { row in
            total += row.integer(4)
            if total > tokens, !entries.isEmpty { return false }
            entries.append(Self.entry(row, at: Position(sequence: row.integer(0), tokensThrough: row.integer(1))))
            return true
        }
        entries.reverse()
        return entries
    }

    private static func entry(_ row: borrowing ResultRow, at position: Position) -> PromptEntry {
        PromptEntry(
            position: position,
            id: Identifier(row.text(5)),
            role: Message.Role(rawValue: row.text(2)) ?? .user,
            content: Message.Content(storedJSON: row.text(3)),
            runID: row.optionalText(6).map { Identifier($0) }
        )
    }
}
