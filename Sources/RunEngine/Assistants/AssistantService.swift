import AssistantsAPI
import Foundation
import Storage

/// Assistants, and the one that the chat facade speaks through.
package struct AssistantService: Sendable {
    let database: Database
    let clock: WallClock

    /// Marks the assistant that follows the server's configuration at each start.
    private static let managedMark = (key: "managed_by", value: "assistants-server")

    package init(database: Database, clock: WallClock) {
        self.database = database
        self.clock = clock
    }

    /// The instructions of the signage analyst that come with the server, in Korean and English.
    package static var builtInInstructions: String {
        String(decoding: PackageResources.signage_analyst_md, as: UTF8.self)
    }

    /// Throws `EngineError.assistantNotFound`.
    package func find(_ id: Identifier<Assistant>, in project: ProjectID) async throws -> Assistant {
        guard let assistant = try await database.read({ try $0.assistants.find(id, in: project) }) else {
            throw EngineError.assistantNotFound(id)
        }
        return assistant
    }

    /// The facade's assistant: created under `id` if there is none, brought up to date if this server made it.
    package func ensure(
        _ id: Identifier<Assistant>,
        model: String,
        instructions: String,
        in project: ProjectID
    ) async throws -> Assistant {
        let settings = RunSettings(model: model, instructions: instructions)
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
