import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine
import Storage

/// `GET /api/v1/files/{file_id}/content`: the files that answers link, charts and what code made.
struct FacadeFileRoutes: Sendable {
    let files: FileService

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("files/:file_id/content", use: content)
    }

    @Sendable
    private func content(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let id = Identifier<File>(try context.parameters.require("file_id"))
        do {
            // What users uploaded is not given out here.
            guard try await files.find(id, in: context.project).purpose == .assistantsOutput else {
                throw FileRefusal.fileNotFound(id)
            }
            let (file, content) = try await files.download(id, in: context.project)
            return response(content, of: file)
        } catch FileRefusal.fileNotFound {
            throw FacadeError(.notFound, "File not found: \(id.shortened)")
        }
    }

    /// Pictures are shown, everything else is saved.
    private func response(_ content: KeptContent, of file: File) -> Response {
        var response = FileResponse.make(content, filename: file.filename)
        guard let type = Self.pictures[file.fileExtension] else { return response }
        response.headers[.contentType] = type
        response.headers[.contentDisposition] = FileResponse.disposition(file.filename, isShown: true)
        // A picture may hold scripts, and is to run none.
        response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        return response
    }

    private static let pictures = [
        ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
        ".webp": "image/webp",
    ]
}
