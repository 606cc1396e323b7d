import AssistantsAPI
import HTTPTypes
import Hummingbird

/// Lets pages of other origins call the API, as the configuration says: with credentials, any method and any header.
///
/// Hummingbird's own middleware answers with a fixed list of headers; a page may send ones that we cannot know, so the
/// list that a preflight asks for is given back.
struct CrossOrigin: RouterMiddleware {
    private let allowedOrigins: Set<String>
    private let allowsAll: Bool

    private static let maximumAge = "600"
    private static let exposed = "x-request-id, retry-after, openai-poll-after-ms"
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

    init(allowedOrigins: [String]) {
        self.allowedOrigins = Set(allowedOrigins)
        allowsAll = allowedOrigins.contains("*")
    }

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin] else { return try await next(request, context) }
        let isAllowed = allowsAll || allowedOrigins.contains(origin)
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            return preflight(request, origin: origin, isAllowed: isAllowed)
        }
        var response = try await next(request, context)
        response.headers[values: .vary].append("Origin")
        if isAllowed {
            grant(origin, in: &response.headers)
            response.headers[.accessControlExposeHeaders] = Self.exposed
        }
        return response
    }

    private func preflight(_ request: Request, origin: String, isAllowed: Bool) -> Response {
        var headers: HTTPFields = [.vary: "Origin, Access-Control-Request-Headers"]
        guard isAllowed else {
            return JSONResponse.make(status: .badRequest, headers: headers) { writer in
                writer.beginObject()
                writer.member("detail", "The origin \(origin) is not allowed (CORS_ORIGINS).")
                writer.endObject()
            }
        }
        grant(origin, in: &headers)
        headers[.accessControlAllowMethods] = Self.methods
        headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders]
        headers[.accessControlMaxAge] = Self.maximumAge
        return Response(status: .noContent, headers: headers)
    }

    private func grant(_ origin: String, in headers: inout HTTPFields) {
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
    }
}
