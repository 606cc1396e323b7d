import AssistantsAPI
import GRDB

extension ThreadRepository {
    /// Makes an empty thread of an id that belongs to nobody. Returns whether the project has the thread afterwards: an
    /// id of another project, or of a thread that was deleted lately, stays as it is.
    package func adopt(
        _ id: Identifier<AssistantThread>,
        at time: Timestamp,
        in project: ProjectID
    ) throws -> Bool {
        try db.run(
            """
            INSERT INTO threads (id, project_id, created_at)
            SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM deleted_rows WHERE id = ?)
            ON CONFLICT (id) DO NOTHING
            """,
            [id.rawValue, project.rawValue, time.seconds, id.rawValue]
        )
        return try exists(id, in: project)
    }
}
