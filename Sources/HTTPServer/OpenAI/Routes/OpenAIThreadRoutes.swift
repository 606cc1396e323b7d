import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/v1/threads`
struct OpenAIThreadRoutes: Sendable {
    let services: ServerServices
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("threads", use: create)
        group.get("threads/:thread_id", use: retrieve)
        group.post("threads/:thread_id", use: modify)
        group.delete("threads/:thread_id", use: delete)
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try await reader.createThread(request, in: context.project)
        let thread = try await services.threads.create(
            messages: body.messages,
            metadata: body.metadata,
            toolResources: body.toolResources,
            newStore: body.newVectorStore,
            in: context.project
        )
        return JSONResponse.make(thread)
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let thread = try await services.threads.find(try context.pathID("thread_id"), in: context.project)
        return JSONResponse.make(thread)
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try await reader.modifyThread(request, in: context.project)
        let thread = try await services.threads.modify(
            try context.pathID("thread_id"),
            metadata: body.metadata,
            toolResources: body.toolResources,
            in: context.project
        )
        return JSONResponse.make(thread)
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id: Identifier<AssistantThread> = try context.pathID("thread_id")
        try await services.threads.delete(id, in: context.project)
        return JSONResponse.deleted(id.rawValue, "thread.deleted")
    }
}
