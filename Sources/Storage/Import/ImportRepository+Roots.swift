import AssistantsAPI
import GRDB

extension ImportRepository {
    /// The time of the oldest stored object of a kind without a parent; nil when there is none. What is older comes
    /// before it in lists.
    package func oldest(_ kind: StagedObject.Kind) throws -> Timestamp? {
        let sql = "SELECT MIN(created_at) FROM \(kind.list)"
        return try db.first(sql, []) { $0.optionalInteger(0).map(Timestamp.init(seconds:)) } ?? nil
    }

    /// The project that an assistant or a thread belongs to; nil when there is none with that id.
    package func project(of kind: StagedObject.Kind, _ id: String) throws -> ProjectID? {
        try db.first("SELECT project_id FROM \(kind.list) WHERE id = ?", [id]) { ProjectID($0.text(0)) }
    }

    /// Inserts an assistant at the end of the list, or at its beginning.
    package func insert(_ assistant: Assistant, atBeginning: Bool, in project: ProjectID) throws {
        try AssistantRepository(db: db).insert(assistant, in: project)
        guard atBeginning else { return }
        try db.run(
            "UPDATE assistants SET seq = (SELECT MIN(seq) - 1 FROM assistants) WHERE id = ?",
            [assistant.id.rawValue]
        )
    }

    /// Inserts a thread at the end of the list, or at its beginning.
    package func insert(_ thread: AssistantThread, atBeginning: Bool, in project: ProjectID) throws {
        guard atBeginning else { return try ThreadRepository(db: db).insert(thread, in: project) }
        // With its place from the start, under which its metadata is found.
        try db.run(
            """
            INSERT INTO threads (seq, id, project_id, created_at, metadata, tool_resources)
            VALUES ((SELECT MIN(seq) - 1 FROM threads), ?, ?, ?, ?, ?)
            """,
            [
                thread.id.rawValue, project.rawValue, thread.createdAt.seconds, thread.metadata?.jsonText,
                thread.toolResources.isEmpty ? nil : thread.toolResources.jsonText,
            ]
        )
    }

    /// Whether a thread is known by its id alone, as one is whose messages came before it, or that came to life on its
    /// first use.
    package func isBare(_ thread: Identifier<AssistantThread>) throws -> Bool {
        let sql = "SELECT 1 FROM threads WHERE id = ? AND metadata IS NULL AND tool_resources IS NULL"
        return try db.hasRow(sql, [thread.rawValue])
    }

    /// Gives a thread what the dump knows of it.
    package func complete(_ thread: AssistantThread) throws {
        try ThreadRepository(db: db).update(thread)
        try db.run(
            "UPDATE threads SET created_at = ? WHERE id = ?",
            [thread.createdAt.seconds, thread.id.rawValue]
        )
    }
}

extension StagedObject.Kind {
    fileprivate var list: String { self == .assistant ? "assistants" : "threads" }
}
