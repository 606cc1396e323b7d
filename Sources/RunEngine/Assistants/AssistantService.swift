import AssistantsAPI
import Foundation
import Storage

/// Assistants, and the one that the chat facade speaks through.
package struct AssistantService: Sendable {
    let database: Database
    let ids: IDGenerator
    let clock: WallClock
    private let cache = AssistantCache()

    /// Marks the assistant that follows the server's configuration at each start.
    private static let managedMark = (key: "managed_by", value: "assistants-server")

    package init(database: Database, ids: IDGenerator, clock: WallClock) {
        self.database = database
        self.ids = ids
        self.clock = clock
    }

    /// The instructions of the signage analyst that come with the server, in Korean and English.
    package static var builtInInstructions: String {
        String(decoding: PackageResources.signage_analyst_md, as: UTF8.self)
    }

    /// Throws `EngineError.assistantNotFound`.
    package func find(_ id: Identifier<Assistant>, in project: ProjectID) async throws -> Assistant {
        if let known = cache.find(id, in: project) { return known }
        let writes = cache.writes
        guard let assistant = try await database.read({ try $0.assistants.find(id, in: project) }) else {
            throw EngineError.assistantNotFound(id)
        }
        cache.remember(assistant, in: project, readAt: writes)
        return assistant
    }

    package func page(_ request: PageRequest, in project: ProjectID) async throws -> Page<Assistant> {
        try await database.read { try $0.assistants.page(request, of: project) }
    }

    /// Throws `EngineError.toolsForbidden` when the form of answers goes with functions alone, and there is another tool.
    ///
    /// - Parameter newStore: made in the same transaction.
    package func create(
        name: String?,
        description: String?,
        settings: AssistantSettings,
        metadata: Metadata,
        newStore: NewVectorStore? = nil,
        in project: ProjectID
    ) async throws -> Assistant {
        let assistant = Assistant(
            id: ids.next(),
            createdAt: clock.now(),
            name: name,
            description: description,
            settings: settings,
            metadata: metadata
        )
        try Self.check(settings)
        try await database.write { db in
            if let newStore { try db.create(newStore, in: project, at: assistant.createdAt) }
            try db.assistants.insert(assistant, in: project)
        }
        return assistant
    }

    /// Changes what `patch` names; runs that were created before keep what they copied.
    ///
    /// Throws `EngineError.assistantNotFound` or `.toolsForbidden`.
    package func modify(
        _ id: Identifier<Assistant>,
        _ patch: AssistantPatch,
        in project: ProjectID
    ) async throws -> Assistant {
        defer { cache.forget(id, in: project) }
        return try await database.write { db in
            guard var assistant = try db.assistants.find(id, in: project) else {
                throw EngineError.assistantNotFound(id)
            }
            patch.apply(to: &assistant)
            try Self.check(assistant.settings)
            try db.assistants.update(assistant)
            return assistant
        }
    }

    /// Throws `EngineError.assistantNotFound`. Threads, runs and messages stay.
    package func delete(_ id: Identifier<Assistant>, in project: ProjectID) async throws {
        defer { cache.forget(id, in: project) }
        let existed = try await database.write { try $0.assistants.delete(id, in: project) }
        guard existed else { throw EngineError.assistantNotFound(id) }
    }

    private static func check(_ settings: AssistantSettings) throws {
        if settings.formatForbidsTools { throw EngineError.toolsForbidden(by: settings.responseFormat) }
    }

    /// The facade's assistant: created under `id` if there is none, brought up to date if this server made it.
    package func ensure(
        _ id: Identifier<Assistant>,
        model: String,
        instructions: String,
        in project: ProjectID
    ) async throws -> Assistant {
        let settings = AssistantSettings(model: model, instructions: instructions)
        defer { cache.forget(id, in: project) }
        let now = clock.now()
        return try await database.write { db in
            guard var assistant = try db.assistants.find(id, in: project) else {
                let assistant = Assistant(
                    id: id,
                    createdAt: now,
                    name: "Digital signage analyst",
                    description: nil,
                    settings: settings,
                    metadata: Metadata(pairs: [Self.managedMark])
                )
                try db.assistants.insert(assistant, in: project)
                return assistant
            }
            let isManaged = assistant.metadata.pairs.contains { $0 == Self.managedMark }
            if isManaged, assistant.settings != settings {
                assistant.settings = settings
                try db.assistants.update(assistant)
            }
            return assistant
        }
    }
}
