import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/v1/assistants`
struct OpenAIAssistantRoutes: Sendable {
    let services: ServerServices
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("assistants", use: list)
        group.post("assistants", use: create)
        group.get("assistants/:assistant_id", use: retrieve)
        group.post("assistants/:assistant_id", use: modify)
        group.delete("assistants/:assistant_id", use: delete)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let page = try await services.assistants.page(try ListParameters.read(request), in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try await reader.createAssistant(request, in: context.project)
        let assistant = try await services.assistants.create(
            name: body.name,
            description: body.description,
            settings: body.settings,
            metadata: body.metadata,
            newStore: body.references.newVectorStore,
            in: context.project
        )
        return JSONResponse.make(assistant)
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let assistant = try await services.assistants.find(try context.assistantID(), in: context.project)
        return JSONResponse.make(assistant)
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.assistantID()
        let patch = try await reader.modifyAssistant(request, in: context.project)
        return JSONResponse.make(try await services.assistants.modify(id, patch, in: context.project))
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.assistantID()
        try await services.assistants.delete(id, in: context.project)
        return JSONResponse.deleted(id.rawValue, "assistant.deleted")
    }
}

extension APIRequestContext {
    fileprivate func assistantID() throws -> Identifier<Assistant> { try pathID("assistant_id") }
}
