import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/v1/threads/{thread_id}/messages`
struct OpenAIMessageRoutes: Sendable {
    let services: ServerServices
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads/:thread_id/messages", use: list)
        group.post("threads/:thread_id/messages", use: create)
        group.get("threads/:thread_id/messages/:message_id", use: retrieve)
        group.post("threads/:thread_id/messages/:message_id", use: modify)
        group.delete("threads/:thread_id/messages/:message_id", use: delete)
    }

    /// All messages of the thread, or those that a run wrote.
    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters.read(request)
        let thread: Identifier<AssistantThread> = try context.pathID("thread_id")
        let run = ListParameters.text("run_id", in: request.uri.queryParameters)
        let page = try await services.threads.currentMessages(
            parameters,
            of: thread,
            writtenBy: run.map { Identifier($0) },
            in: context.project
        )
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let thread: Identifier<AssistantThread> = try context.pathID("thread_id")
        let message = try await reader.createMessage(request, in: context.project)
        let stored = try await services.threads.createMessage(message, in: thread, project: context.project)
        return JSONResponse.make(stored)
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let message = try await services.threads.currentMessage(
            try context.pathID("message_id"),
            of: try context.pathID("thread_id"),
            in: context.project
        )
        return JSONResponse.make(message)
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let metadata = try await reader.modifyMetadata(request)
        let message = try await services.threads.modifyMessage(
            try context.pathID("message_id"),
            of: try context.pathID("thread_id"),
            metadata: metadata,
            in: context.project
        )
        return JSONResponse.make(message)
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id: Identifier<Message> = try context.pathID("message_id")
        try await services.threads.deleteMessage(id, of: try context.pathID("thread_id"), in: context.project)
        return JSONResponse.deleted(id.rawValue, "thread.message.deleted")
    }
}
