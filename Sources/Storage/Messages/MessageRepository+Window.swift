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
        let cursor = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT seq, tokens_through, role, content, tokens, id FROM messages
                    WHERE thread_id = ? AND seq > ? ORDER BY seq DESC
                    """
            ),
            arguments: [thread.rawValue, sequence]
        )
        var entries: [PromptEntry] = []
        while let row = try cursor.next() {
            let position = Position(sequence: row[0], tokensThrough: row[1])
            let start = position.tokensThrough - (row[4] as Int)
            if start < tokenFloor, !entries.isEmpty { break }
            entries.append(
                PromptEntry(
                    position: position,
                    id: Identifier(row[5]),
                    role: Message.Role(rawValue: row[2]) ?? .user,
                    content: Message.Content(storedJSON: row[3])
                )
            )
        }
        entries.reverse()
        return entries
    }
}
