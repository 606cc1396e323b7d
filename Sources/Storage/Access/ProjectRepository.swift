import AssistantsAPI
import GRDB

/// Projects by the names that operators gave them, as rows of `projects`.
package struct ProjectRepository {
    let db: GRDB.Database

    /// The project with this name, made under the id `candidate` when there is none.
    package func ensure(named name: String, candidate: ProjectID, at time: Timestamp) throws -> ProjectID {
        try db.run(
            "INSERT INTO projects (id, created_at, name) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING",
            [candidate.rawValue, time.seconds, name]
        )
        let found = try db.first("SELECT id FROM projects WHERE name = ?", [name]) { ProjectID($0.text(0)) }
        return found ?? candidate
    }
}
