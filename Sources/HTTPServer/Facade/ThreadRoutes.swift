import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/api/v1/threads`
struct ThreadRoutes: Sendable {
    let services: ServerServices
    let reader: BodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads", use: list)
        group.post("threads", use: create)
        group.get("threads/:thread_id", use: retrieve)
        group.delete("threads/:thread_id", use: delete)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try PageParameters.read(request, defaultLimit: 20, defaultOrder: .descending)
        let page = try await services.threads.page(parameters, in: context.project)
        let shown = Page(items: page.items.map(FacadeThread.init), hasMore: page.hasMore)
        return JSONResponse.make { shown.write(to: &$0) { $0.thread.id.rawValue } }
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var fields = try await reader.optionalObject(of: request)
        let metadata = fields.metadata()
        let document = fields.systemData()
        try fields.check()
        var data: ThreadDataUpdate?
        if let document { data = try await services.analysis.update(of: nil, with: document) }
        let thread = try await services.threads.create(metadata: metadata, data: data, in: context.project)
        return JSONResponse.make(FacadeThread(thread: thread))
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let thread = try await services.threads.find(try context.threadID(), in: context.project)
        return JSONResponse.make(FacadeThread(thread: thread))
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.threadID()
        try await services.threads.delete(id, in: context.project)
        return JSONResponse.make { writer in
            writer.beginObject()
            writer.member("id", id)
            writer.member("object", "thread.deleted")
            writer.member("deleted", true)
            writer.endObject()
        }
    }
}

extension APIRequestContext {
    func threadID() throws -> Identifier<AssistantThread> { Identifier(try parameters.require("thread_id")) }

    func runID() throws -> Identifier<Run> { Identifier(try parameters.require("run_id")) }
}
