import AssistantsAPI
import Foundation
import RunEngine
import Storage
import Testing

@Suite final class AssistantServiceTests: Sendable {
    private let path = NSTemporaryDirectory() + "engine-tests-\(UUID().uuidString)"
    private let database: Database
    private let service: AssistantService

    init() throws {
        database = try Database(directory: DataDirectory(path: path))
        service = AssistantService(database: database, ids: IDGenerator(clock: .system), clock: .system)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func create(_ settings: AssistantSettings = AssistantSettings(model: "m")) async throws -> Assistant {
        try await service.create(
            name: "n",
            description: nil,
            settings: settings,
            metadata: Metadata(),
            in: .default
        )
    }

    @Test("Whoever looks an assistant up sees the last acknowledged change")
    func freshness() async throws {
        let assistant = try await create()
        #expect(try await service.find(assistant.id, in: .default) == assistant)

        for number in 0..<20 {
            var patch = AssistantPatch()
            patch.name = .set("n\(number)")
            let modified = try await service.modify(assistant.id, patch, in: .default)
            #expect(modified.name == "n\(number)")
            // Twice: once from the store, once from memory.
            for _ in 0..<2 { #expect(try await service.find(assistant.id, in: .default) == modified) }
        }

        try await service.delete(assistant.id, in: .default)
        await #expect(throws: EngineError.assistantNotFound(assistant.id)) {
            try await service.find(assistant.id, in: .default)
        }
        await #expect(throws: EngineError.assistantNotFound(assistant.id)) {
            try await service.delete(assistant.id, in: .default)
        }
    }

    @Test("An assistant in memory is not found by another project")
    func projects() async throws {
        let assistant = try await create()
        _ = try await service.find(assistant.id, in: .default)

        await #expect(throws: EngineError.assistantNotFound(assistant.id)) {
            try await service.find(assistant.id, in: ProjectID("proj_other"))
        }
    }

    @Test("A change that would not go with what stays is refused, and nothing of it is kept")
    func conflict() async throws {
        let assistant = try await create(AssistantSettings(model: "m", tools: [.codeInterpreter]))
        var patch = AssistantPatch()
        patch.name = .set("other")
        patch.responseFormat = .set(.jsonObject)
        let refused = patch

        await #expect(throws: EngineError.toolsForbidden(by: .jsonObject)) {
            try await service.modify(assistant.id, refused, in: .default)
        }

        #expect(try await service.find(assistant.id, in: .default) == assistant)
    }
}
