import AssistantsAPI

extension ThreadRepository {
    /// Whose a thread is; nil when there is no such thread.
    package func project(of id: Identifier<AssistantThread>) throws -> ProjectID? {
        try db.first("SELECT project_id FROM threads WHERE id = ?", [id.rawValue]) { ProjectID($0.text(0)) }
    }
}
