import APIDocuments
import AssistantsAPI
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The API's document, and the page that shows it.
struct DocsRoutes: Sendable {
    /// Where Swagger UI's files are; nil when there is no copy, and browsers get them from its CDN.
    let swaggerFolder: String?

    private static let scripts = [
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "swagger-ui.css": "text/css; charset=utf-8",
    ]

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("openapi.json") { _, _ in Self.file(APIDocuments.openAPI, "application/json") }
        group.get("docs") { _, _ in Self.file(APIDocuments.page, "text/html; charset=utf-8") }
        group.get("docs/:file", use: swagger)
    }

    private static func file(_ bytes: UnsafeRawBufferPointer, _ type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    @Sendable
    private func swagger(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let name = try context.parameters.require("file")
        // Only these names, so that no path can be made of what was asked.
        guard let type = Self.scripts[name], let swaggerFolder else { throw HTTPError(.notFound) }
        let path = "\(swaggerFolder)/\(name)"
        let loader = FileIO()
        guard let body = try? await loader.loadFile(path: path, context: context) else { throw HTTPError(.notFound) }
        return Response(status: .ok, headers: [.contentType: type, .cacheControl: "max-age=86400"], body: body)
    }
}
