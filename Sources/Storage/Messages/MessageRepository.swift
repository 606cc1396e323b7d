import AssistantsAPI
import GRDB

/// Messages, as rows of `messages`. Their strict order within a thread is `seq`.
package struct MessageRepository {
    let db: GRDB.Database

    static let columns = """
        SELECT id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id, run_id, metadata,
            attachments, ended_at
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

    package func exists(_ id: Identifier<Message>) throws -> Bool {
        try db.hasRow("SELECT 1 FROM messages WHERE id = ?", [id.rawValue])
    }

    /// Appends a message of `tokens` tokens behind `previous`, the thread's newest message as read in this transaction.
    package func append(_ message: Message, tokens: Int, after previous: Position?) throws -> Position {
        var reason: String?
        if case .incomplete(let why) = message.status { reason = why.rawValue }
        let tokensThrough = (previous?.tokensThrough ?? 0) + tokens
        try db.run(
            """
            INSERT INTO messages (id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id,
                run_id, metadata, attachments, ended_at, tokens, tokens_through)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                message.id.rawValue, message.threadID.rawValue, message.createdAt.seconds, message.role.rawValue,
                message.status.name, reason, message.content.json, message.assistantID?.rawValue,
                message.runID?.rawValue, message.metadata?.jsonText, message.attachmentsJSON,
                message.endedAt == message.createdAt ? nil : message.endedAt?.seconds, tokens, tokensThrough,
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

    /// The messages that follow the one at `sequence` in the order asked for, with their places, until they have `bytes`
    /// of content; from the beginning of the list without `sequence`. At least one, if there is one.
    package func chunk(
        of thread: Identifier<AssistantThread>,
        after sequence: Int?,
        order: PageRequest.Order,
        bytes: Int
    ) throws -> [(sequence: Int, message: Message)] {
        let ascends = order == .ascending
        var chunk: [(sequence: Int, message: Message)] = []
        var size = 0
        try db.forEach(
            """
            SELECT id, thread_id, created_at, role, status, incomplete_reason, content, assistant_id, run_id, metadata,
                attachments, ended_at, seq
            FROM messages WHERE thread_id = ? AND seq \(ascends ? ">" : "<") ?
            ORDER BY seq \(ascends ? "ASC" : "DESC")
            """,
            [thread.rawValue, sequence ?? (ascends ? 0 : Int.max)]
        ) { row in
            let message = Self.message(row)
            chunk.append((row.integer(12), message))
            size += message.content.json.utf8.count + Self.frameBytes
            return size < bytes
        }
        return chunk
    }

    /// About what a message takes beside its content.
    private static let frameBytes = 300

    package func hasUserMessage(in thread: Identifier<AssistantThread>) throws -> Bool {
        try db.hasRow("SELECT 1 FROM messages WHERE thread_id = ? AND role = 'user' LIMIT 1", [thread.rawValue])
    }

    /// The messages that a run wrote, oldest first; those that were deleted are not among them.
    package func written(by run: Run) throws -> [Message] {
        try db.all(
            Self.columns + " WHERE id IN (SELECT message_id FROM run_steps WHERE run_id = ?) ORDER BY seq",
            [run.id.rawValue],
            Self.message
        )
    }

    /// What users said last in a thread, oldest first and with its place: up to `limit` messages and `bytes` of content,
    /// the newest in any case. `isWhole` tells whether that is everything.
    package func newestUserContents(
        of thread: Identifier<AssistantThread>,
        limit: Int,
        bytes: Int
    ) throws -> (contents: [(sequence: Int, content: Message.Content)], isWhole: Bool) {
        var contents: [(sequence: Int, content: Message.Content)] = []
        var size = 0
        var isWhole = true
        try db.forEach(
            "SELECT content, seq FROM messages WHERE thread_id = ? AND role = 'user' ORDER BY seq DESC",
            [thread.rawValue]
        ) { row in
            let content = Message.Content(storedJSON: row.text(0))
            size += content.json.utf8.count
            isWhole = contents.isEmpty || (contents.count < limit && size <= bytes)
            if isWhole { contents.append((row.integer(1), content)) }
            return isWhole
        }
        return (contents.reversed(), isWhole)
    }

    /// What a thread's answers say that link files made by code, newest first; of its last messages.
    package func contentsWithFileLinks(of thread: Identifier<AssistantThread>) throws -> [Message.Content] {
        try db.all(
            """
            SELECT content FROM (SELECT content, role FROM messages WHERE thread_id = ? ORDER BY seq DESC LIMIT 200)
            WHERE role = 'assistant' AND content LIKE '%"type":"file_path"%'
            """,
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
            metadata: row.optionalText(9).flatMap(Metadata.init(storedJSON:)),
            attachmentsJSON: row.optionalText(10),
            endedAt: row.optionalInteger(11).map(Timestamp.init(seconds:))
        )
    }
}
