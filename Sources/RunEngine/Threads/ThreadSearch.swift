import AssistantsAPI
import Storage

/// Finds threads by their metadata and by what was said in them.
package struct ThreadSearch: Sendable {
    let database: Database
    let indexing: SearchIndexing

    package init(database: Database, indexing: SearchIndexing) {
        self.database = database
        self.indexing = indexing
    }

    /// A page of a project's threads. What was stored before the call is found, short of a backlog of thousands.
    ///
    /// Throws `UnknownCursor`.
    package func page(
        _ request: PageRequest,
        matching filter: ThreadFilter,
        in project: ProjectID
    ) async throws -> Page<AssistantThread> {
        if filter.query != nil { try await indexing.catchUp() }
        return try await database.read { try $0.threads.page(request, of: project, matching: filter) }
    }
}
