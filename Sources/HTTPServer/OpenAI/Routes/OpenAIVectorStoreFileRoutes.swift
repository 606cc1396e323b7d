import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// `/v1/vector_stores/{vector_store_id}/files`
struct OpenAIVectorStoreFileRoutes: Sendable {
    let stores: VectorStoreService
    let reader: OpenAIBodyReader
    let pacing: PollPacing

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("vector_stores/:vector_store_id/files", use: list)
        group.post("vector_stores/:vector_store_id/files", use: attach)
        group.get("vector_stores/:vector_store_id/files/:file_id", use: retrieve)
        group.post("vector_stores/:vector_store_id/files/:file_id", use: modify)
        group.delete("vector_stores/:vector_store_id/files/:file_id", use: detach)
        group.get("vector_stores/:vector_store_id/files/:file_id/content", use: content)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let page = try await stores.files(
            try ListParameters.read(request),
            of: try context.vectorStoreID(),
            status: try FileStatusParameter.read(request),
            in: context.project
        )
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func attach(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let store = try context.vectorStoreID()
        let body = try AttachFileBody(try await reader.object(of: request))
        return answer(try await stores.attach(body.addition, to: store, in: context.project))
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let waiting = pacing.waiting(of: request)
        let file = try await stores.file(
            try context.pathID("file_id"),
            of: try context.vectorStoreID(),
            in: context.project,
            holdingAtMost: waiting.hold
        )
        return answer(file, preferenceApplied: waiting.preferenceApplied)
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try ModifyAttributesBody(try await reader.object(of: request))
        let file = try await stores.setAttributes(
            body.attributes,
            of: try context.pathID("file_id"),
            of: try context.vectorStoreID(),
            in: context.project
        )
        return answer(file)
    }

    @Sendable
    private func detach(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id: Identifier<File> = try context.pathID("file_id")
        try await stores.detach(id, from: try context.vectorStoreID(), in: context.project)
        return JSONResponse.deleted(id.rawValue, "vector_store.file.deleted")
    }

    /// The text, written as it is read: it may be long.
    @Sendable
    private func content(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let text = try await stores.content(
            of: try context.pathID("file_id"),
            of: try context.vectorStoreID(),
            in: context.project
        )
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: #"{"object":"vector_store.file_content.page","data":["#))
            var isFirst = true
            try await text.forEachPart { texts in
                var json = JSONWriter()
                for text in texts {
                    if !isFirst { json.between(",") }
                    isFirst = false
                    json.beginObject()
                    json.member("type", "text")
                    json.member("text", text)
                    json.endObject()
                    json.between("")
                }
                try await writer.write(ByteBuffer(bytes: json.bytes))
            }
            try await writer.write(ByteBuffer(string: #"],"has_more":false,"next_page":null}"#))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    private func answer(_ file: VectorStoreFile, preferenceApplied: String? = nil) -> Response {
        var headers: HTTPFields = [:]
        headers[.pollAfter] = pacing.pollAfter(since: file.createdAt, isAtWork: file.state == .inProgress)
        headers[.preferenceApplied] = preferenceApplied
        return JSONResponse.make(headers: headers) { $0.value(file) }
    }
}

/// The query parameter `filter` of lists of files in a store.
enum FileStatusParameter {
    /// Nil when files in any state are asked for.
    static func read(_ request: Request) throws -> VectorStoreFile.Status? {
        guard let text = ListParameters.text("filter", in: request.uri.queryParameters) else { return nil }
        guard let status = VectorStoreFile.Status(rawValue: text) else {
            let words = VectorStoreFile.Status.allCases.map(\.rawValue)
            throw OpenAIError.unsupportedValue(text, "filter", supported: words)
        }
        return status
    }
}
