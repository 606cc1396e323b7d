import AssistantsAPI
import GRDB

/// Threads, as rows of `threads`.
package struct ThreadRepository {
    let db: GRDB.Database

    static let columns = "SELECT id, created_at, metadata, tool_resources FROM threads"

    package func insert(_ thread: AssistantThread, in project: ProjectID) throws {
        try db.run(
            "INSERT INTO threads (id, project_id, created_at, metadata, tool_resources) VALUES (?, ?, ?, ?, ?)",
            [
                thread.id.rawValue, project.rawValue, thread.createdAt.seconds, thread.metadata?.jsonText,
                thread.toolResources.isEmpty ? nil : thread.toolResources.jsonText,
            ]
        )
    }

    package func find(_ id: Identifier<AssistantThread>, in project: ProjectID) throws -> AssistantThread? {
        try db.first(
            Self.columns + " WHERE id = ? AND project_id = ?",
            [id.rawValue, project.rawValue],
            Self.thread
        )
    }

    /// A thread of any project, for what belongs to it already.
    package func find(_ id: Identifier<AssistantThread>) throws -> AssistantThread? {
        try db.first(Self.columns + " WHERE id = ?", [id.rawValue], Self.thread)
    }

    /// Whose a thread is; nil when there is no such thread.
    package func project(of id: Identifier<AssistantThread>) throws -> ProjectID? {
        try db.first("SELECT project_id FROM threads WHERE id = ?", [id.rawValue]) { ProjectID($0.text(0)) }
    }

    package func exists(_ id: Identifier<AssistantThread>, in project: ProjectID) throws -> Bool {
        try db.hasRow("SELECT 1 FROM threads WHERE id = ? AND project_id = ?", [id.rawValue, project.rawValue])
    }

    /// How often the past of the thread was changed; nil when there is no such thread.
    package func edits(of id: Identifier<AssistantThread>, in project: ProjectID? = nil) throws -> Int? {
        let sql = "SELECT edits FROM threads WHERE id = ? AND (? IS NULL OR project_id = ?)"
        return try db.first(sql, [id.rawValue, project?.rawValue, project?.rawValue]) { $0.integer(0) }
    }

    package func page(_ request: PageRequest, of project: ProjectID) throws -> Page<AssistantThread> {
        try ListQuery(
            select: Self.columns,
            table: "threads",
            scope: "project_id = ?",
            scopeArgument: project.rawValue
        ).page(request, in: db, Self.thread)
    }

    /// Deletes a thread with all that belongs to it. Returns whether there was one.
    package func delete(_ id: Identifier<AssistantThread>, in project: ProjectID) throws -> Bool {
        let sql = "DELETE FROM threads WHERE id = ? AND project_id = ? RETURNING seq"
        guard let sequence = try db.first(sql, [id.rawValue, project.rawValue], { $0.integer(0) }) else {
            return false
        }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "threads", scopeArgument: project.rawValue, sequence: sequence)
        return true
    }

    /// Replaces what a modification may change.
    package func update(_ thread: AssistantThread) throws {
        try db.run(
            "UPDATE threads SET metadata = ?, tool_resources = ? WHERE id = ?",
            [
                thread.metadata?.jsonText, thread.toolResources.isEmpty ? nil : thread.toolResources.jsonText,
                thread.id.rawValue,
            ]
        )
    }

    /// Notes that the past of the thread was changed: prompts made from it are not good any more.
    func notePastChanged(_ id: Identifier<AssistantThread>) throws {
        try db.run("UPDATE threads SET edits = edits + 1 WHERE id = ?", [id.rawValue])
    }

    static func thread(_ row: borrowing ResultRow) -> AssistantThread {
        AssistantThread(
            id: Identifier(row.text(0)),
            createdAt: Timestamp(seconds: row.integer(1)),
            metadata: row.optionalText(2).flatMap(Metadata.init(storedJSON:)),
            toolResources: row.optionalText(3).flatMap(ToolResources.init(storedJSON:)) ?? ToolResources()
        )
    }
}
