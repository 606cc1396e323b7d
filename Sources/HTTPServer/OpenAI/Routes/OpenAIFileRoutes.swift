import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine
import Storage

/// `/v1/files`
struct OpenAIFileRoutes: Sendable {
    let files: FileService

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("files", use: list)
        group.post("files", use: create)
        group.get("files/:file_id", use: retrieve)
        group.delete("files/:file_id", use: delete)
        group.get("files/:file_id/content", use: content)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters.read(request, limits: 1...10_000, defaultLimit: 10_000)
        let purpose = ListParameters.text("purpose", in: request.uri.queryParameters)
        let page = try await files.page(parameters, purpose: purpose, in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let file = try await files.contents.receiving { incoming in
            let form = try await FileForm.read(request, .file(files.limits)) { try await incoming.write($0) }
            return try await files.create(
                incoming,
                filename: try form.checkedFilename(),
                purpose: try form.purpose(),
                lifetime: try form.lifetime(),
                in: context.project
            )
        }
        return JSONResponse.make(file)
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        JSONResponse.make(try await files.find(try context.pathID("file_id"), in: context.project))
    }

    @Sendable
    private func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id: Identifier<File> = try context.pathID("file_id")
        try await files.delete(id, in: context.project)
        return JSONResponse.deleted(id.rawValue, "file")
    }

    @Sendable
    private func content(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let (file, content) = try await files.download(try context.pathID("file_id"), in: context.project)
        return FileResponse.make(content, filename: file.filename)
    }
}
