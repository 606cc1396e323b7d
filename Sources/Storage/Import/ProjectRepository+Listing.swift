import AssistantsAPI
import GRDB

extension ProjectRepository {
    /// All projects with their names, by name.
    package func all() throws -> [(id: ProjectID, name: String)] {
        try db.all("SELECT id, COALESCE(name, id) FROM projects ORDER BY 2", []) { (ProjectID($0.text(0)), $0.text(1)) }
    }
}
