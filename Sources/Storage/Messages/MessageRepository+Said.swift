import AssistantsAPI
import GRDB

extension MessageRepository {
    /// What a user said, as whoever looks for data in it needs it.
    package struct Saying: Sendable, Equatable {
        package var sequence: Int
        package var content: Message.Content
        /// The JSON array of the files that came with it; nil when there are none.
        package var attachmentsJSON: String?
    }

    private static let sayings = "SELECT seq, content, attachments FROM messages WHERE thread_id = ? AND role = 'user'"

    /// The newest that users said behind `sequence` (0: from the beginning), oldest first: as many as have `bytes` together,
    /// the newest in any case, and `limit` at most.
    package func newestSayings(
        of thread: Identifier<AssistantThread>,
        after sequence: Int,
        limit: Int,
        bytes: Int
    ) throws -> [Saying] {
        var sayings: [Saying] = []
        var size = 0
        try db.forEach(
            Self.sayings + " AND seq > ? ORDER BY seq DESC LIMIT ?",
            [thread.rawValue, sequence, limit]
        ) { row in
            let saying = Self.saying(row)
            size += saying.content.json.utf8.count
            guard sayings.isEmpty || size <= bytes else { return false }
            sayings.append(saying)
            return true
        }
        return sayings.reversed()
    }

    /// What users said at these places, oldest first.
    package func sayings(of thread: Identifier<AssistantThread>, at sequences: [Int]) throws -> [Saying] {
        guard !sequences.isEmpty else { return [] }
        let list = "[" + sequences.map(String.init).joined(separator: ",") + "]"
        return try db.all(
            Self.sayings + " AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
            [thread.rawValue, list],
            Self.saying
        )
    }

    private static func saying(_ row: borrowing ResultRow) -> Saying {
        Saying(
            sequence: row.integer(0),
            content: Message.Content(storedJSON: row.text(1)),
            attachmentsJSON: row.optionalText(2)
        )
    }
}
