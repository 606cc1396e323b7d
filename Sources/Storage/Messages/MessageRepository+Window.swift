import AssistantsAPI
import GRDB

extension MessageRepository {
    /// A message as a prompt needs it.
    package struct PromptEntry: Sendable, Equatable {
        package var position: Position
        package var id: Identifier<Message>
        package var role: Message.Role
        package var content: Message.Content
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
            SELECT seq, tokens_through, role, content, tokens, id FROM messages
            WHERE thread_id = ? AND seq > ? ORDER BY seq DESC
            """
        var entries: [PromptEntry] = []
        try db.forEach(sql, [thread.rawValue, sequence]) { row in
            let position = Position(sequence: row.integer(0), tokensThrough: row.integer(1))
            let start = position.tokensThrough - row.integer(4)
            if start < tokenFloor, !entries.isEmpty { return false }
            entries.append(
                PromptEntry(
                    position: position,
                    id: Identifier(row.text(5)),
                    role: Message.Role(rawValue: row.text(2)) ?? .user,
                    content: Message.Content(storedJSON: row.text(3))
                )
            )
            return true
        }
        entries.reverse()
        return entries
    }
}
