import AssistantsAPI
import GRDB

/// Assistants, as rows of `assistants`.
package struct AssistantRepository {
    let db: GRDB.Database

    private static let columns = "SELECT id, created_at, name, description, settings, metadata FROM assistants"

    package func find(_ id: Identifier<Assistant>, in project: ProjectID) throws -> Assistant? {
        try db.first(
            Self.columns + " WHERE id = ? AND project_id = ?",
            [id.rawValue, project.rawValue],
            Self.assistant
        )
    }

    package func page(_ request: PageRequest, of project: ProjectID) throws -> Page<Assistant> {
        try ListQuery(
            select: Self.columns,
            table: "assistants",
            scope: "project_id = ?",
            scopeArgument: project.rawValue
        ).page(request, in: db, Self.assistant)
    }

    package func insert(_ assistant: Assistant, in project: ProjectID) throws {
        let sql = """
            INSERT INTO assistants (id, project_id, created_at, name, description, settings, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        try db.run(
            sql,
            [
                assistant.id.rawValue, project.rawValue, assistant.createdAt.seconds, assistant.name,
                assistant.description, assistant.settings.jsonText, assistant.metadata.jsonText,
            ]
        )
    }

    /// Replaces what a modification may change.
    package func update(_ assistant: Assistant) throws {
        try db.run(
            "UPDATE assistants SET name = ?, description = ?, settings = ?, metadata = ? WHERE id = ?",
            [
                assistant.name, assistant.description, assistant.settings.jsonText, assistant.metadata.jsonText,
                assistant.id.rawValue,
            ]
        )
    }

    /// Deletes an assistant; runs and messages go on naming it. Returns whether there was one.
    package func delete(_ id: Identifier<Assistant>, in project: ProjectID) throws -> Bool {
        let sql = "DELETE FROM assistants WHERE id = ? AND project_id = ? RETURNING seq"
        guard let sequence = try db.first(sql, [id.rawValue, project.rawValue], { $0.integer(0) }) else {
            return false
        }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "assistants", scopeArgument: project.rawValue, sequence: sequence)
        return true
    }

    private static func assistant(_ row: borrowing ResultRow) throws -> Assistant {
        let id = row.text(0)
        guard let settings = AssistantSettings(storedJSON: row.text(4)) else {
            throw StorageError.corrupt(table: "assistants", id: id)
        }
        return Assistant(
            id: Identifier(id),
            createdAt: Timestamp(seconds: row.integer(1)),
            name: row.optionalText(2),
            description: row.optionalText(3),
            settings: settings,
            metadata: row.optionalText(5).flatMap(Metadata.init(storedJSON:)) ?? Metadata()
        )
    }
}
