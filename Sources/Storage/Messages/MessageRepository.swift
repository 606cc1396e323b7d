import AssistantsAPI
import GRDB

/// Messages, as rows of `messages`. Their strict order within a thread is `seq`.
package struct MessageRepository {
    let db: GRDB.Database

    static let columns = """
        SELECT id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id, run_id, metadata
        FROM messages
        """

    /// Where a message stands in its thread.
    package struct Position: Sendable, Equatable {
        package var sequence: Int
        /// Tokens of the thread up to and with this message.
        package var tokensThrough: Int

        package init(sequence: Int, tokensThrough: Int) {
            self.sequence = sequence
            self.tokensThrough = tokensThrough
        }
    }

    /// The newest message's place; nil for a thread without messages.
    package func last(of thread: Identifier<AssistantThread>) throws -> Position? {
        try db.first(
            "SELECT seq, tokens_through FROM messages WHERE thread_id = ? ORDER BY seq DESC LIMIT 1",
            [thread.rawValue]
        ) { Position(sequence: $0.integer(0), tokensThrough: $0.integer(1)) }
    }

    /// Appends a message of `tokens` tokens behind `previous`, the thread's newest message as read in this transaction.
    package func append(_ message: Message, tokens: Int, after previous: Position?) throws -> Position {
        var reason: String?
        if case .incomplete(let why) = message.status { reason = why.rawValue }
        let tokensThrough = (previous?.tokensThrough ?? 0) + tokens
        try db.run(
            """
            INSERT INTO messages (id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id,
                run_id, metadata, tokens, tokens_through)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                message.id.rawValue, message.threadID.rawValue, message.createdAt.seconds, message.role.rawValue,
                message.status.name, reason, message.content.json, message.assistantID?.rawValue,
                message.runID?.rawValue, message.metadata?.jsonText, tokens, tokensThrough,
            ]
        )
        return Position(sequence: Int(db.lastInsertedRowID), tokensThrough: tokensThrough)
    }

    package func page(_ request: PageRequest, of thread: Identifier<AssistantThread>) throws -> Page<Message> {
        try ListQuery(
            select: Self.columns,
            table: "messages",
            scope: "thread_id = ?",
            scopeArgument: thread.rawValue
        ).page(request, in: db, Self.message)
    }

    /// Up to `limit` messages that follow the one at `sequence` in the order asked for, with their places; from the
    /// beginning of the list without `sequence`.
    package func chunk(
        of thread: Identifier<AssistantThread>,
        after sequence: Int?,
        order: PageRequest.Order,
        limit: Int
    ) throws -> [(sequence: Int, message: Message)] {
        let ascends = order == .ascending
        return try db.all(
            """
            SELECT id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id, run_id, metadata,
                seq
            FROM messages WHERE thread_id = ? AND seq \(ascends ? ">" : "<") ?
            ORDER BY seq \(ascends ? "ASC" : "DESC") LIMIT ?
            """,
            [thread.rawValue, sequence ?? (ascends ? 0 : Int.max), limit]
        ) { ($0.integer(10), Self.message($0)) }
    }

    /// The answer that a run wrote last.
    package func answer(of run: Identifier<Run>, in thread: Identifier<AssistantThread>) throws -> Message? {
        try db.first(
            Self.columns + " WHERE thread_id = ? AND run_id = ? ORDER BY seq DESC LIMIT 1",
            [thread.rawValue, run.rawValue],
            Self.message
        )
    }

    /// The text of what users said in a thread, oldest first.
    package func userContents(of thread: Identifier<AssistantThread>) throws -> [Message.Content] {
        try db.all(
            "SELECT content FROM messages WHERE thread_id = ? AND role = 'user' ORDER BY seq",
            [thread.rawValue]
        ) { Message.Content(storedJSON: $0.text(0)) }
    }

    static func message(_ row: borrowing ResultRow) -> Message {
        let status: Message.Status =
            switch row.text(4) {
            case "in_progress": .inProgress
            case "incomplete":
                .incomplete(reason: row.optionalText(5).flatMap(Message.IncompleteReason.init) ?? .runFailed)
            default: .completed
            }
        return Message(
            id: Identifier(row.text(0)),
            threadID: Identifier(row.text(1)),
            createdAt: Timestamp(seconds: row.integer(2)),
            role: Message.Role(rawValue: row.text(3)) ?? .user,
            content: Message.Content(storedJSON: row.text(6)),
            status: status,
            assistantID: row.optionalText(7).map { Identifier($0) },
            runID: row.optionalText(8).map { Identifier($0) },
            metadata: row.optionalText(9).flatMap(Metadata.init(storedJSON:))
        )
    }
}
