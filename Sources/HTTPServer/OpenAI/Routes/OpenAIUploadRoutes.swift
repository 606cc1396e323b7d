import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/v1/uploads`
struct OpenAIUploadRoutes: Sendable {
    let uploads: UploadService
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("uploads", use: create)
        group.post("uploads/:upload_id/parts", use: addPart)
        group.post("uploads/:upload_id/complete", use: complete)
        group.post("uploads/:upload_id/cancel", use: cancel)
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let body = try CreateUploadBody(try await reader.object(of: request), uploads.files.limits)
        let upload = try await uploads.create(
            filename: body.filename,
            purpose: body.purpose,
            bytes: body.bytes,
            fileLifetime: body.fileLifetime,
            in: context.project
        )
        return JSONResponse.make(upload)
    }

    @Sendable
    private func addPart(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.uploadID()
        try await uploads.checkTakesParts(id, in: context.project)
        let part = try await uploads.files.contents.receiving { incoming in
            let form = try await FileForm.read(request, .part) { try await incoming.write($0) }
            guard form.filename != nil else { throw OpenAIError.missing("data") }
            return try await uploads.add(incoming, to: id, in: context.project)
        }
        return JSONResponse.make(part)
    }

    @Sendable
    private func complete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = try context.uploadID()
        let body = try CompleteUploadBody(try await reader.object(of: request))
        let upload = try await uploads.complete(id, parts: body.parts, md5: body.md5, in: context.project)
        return JSONResponse.make(upload)
    }

    @Sendable
    private func cancel(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await reader.emptyBody(request)
        return JSONResponse.make(try await uploads.cancel(try context.uploadID(), in: context.project))
    }
}

extension APIRequestContext {
    fileprivate func uploadID() throws -> Identifier<Upload> { try pathID("upload_id") }
}
