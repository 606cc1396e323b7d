import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine
import Storage

/// `/v1/vector_stores/{vector_store_id}/file_batches`
struct OpenAIFileBatchRoutes: Sendable {
    let stores: VectorStoreService
    let reader: OpenAIBodyReader
    let pacing: PollPacing

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("vector_stores/:vector_store_id/file_batches", use: create)
        group.get("vector_stores/:vector_store_id/file_batches/:batch_id", use: retrieve)
        group.post("vector_stores/:vector_store_id/file_batches/:batch_id/cancel", use: cancel)
        group.get("vector_stores/:vector_store_id/file_batches/:batch_id/files", use: list)
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let store = try context.vectorStoreID()
        let body = try CreateFileBatchBody(try await reader.object(of: request))
        return answer(try await stores.createBatch(of: body.additions, in: store, project: context.project))
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let waiting = pacing.waiting(of: request)
        let batch = try await stores.batch(
            try context.pathID("batch_id"),
            of: try context.vectorStoreID(),
            in: context.project,
            holdingAtMost: waiting.hold
        )
        return answer(batch, preferenceApplied: waiting.preferenceApplied)
    }

    @Sendable
    private func cancel(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await reader.emptyBody(request)
        let batch = try await stores.cancelBatch(
            try context.pathID("batch_id"),
            of: try context.vectorStoreID(),
            in: context.project
        )
        return answer(batch)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let page = try await stores.files(
            try ListParameters.read(request),
            of: try context.pathID("batch_id"),
            of: try context.vectorStoreID(),
            status: try FileStatusParameter.read(request),
            in: context.project
        )
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    private func answer(_ batch: VectorStoreFileBatch, preferenceApplied: String? = nil) -> Response {
        var headers: HTTPFields = [:]
        headers[.pollAfter] = pacing.pollAfter(since: batch.createdAt, isAtWork: batch.status == .inProgress)
        headers[.preferenceApplied] = preferenceApplied
        return JSONResponse.make(headers: headers) { $0.value(batch) }
    }
}
