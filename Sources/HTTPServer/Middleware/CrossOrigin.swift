import AssistantsAPI
import HTTPTypes
import Hummingbird

/// Lets pages of other origins call the API, as the configuration says: with credentials, any method and any header.
///
/// Hummingbird's own middleware answers with a fixed list of headers; a page may send ones that we cannot know, so the
/// list that a preflight asks for is given back.
struct CrossOrigin: Sendable {
    private let allowedOrigins: Set<String>
    private let allowsAll: Bool

    private static let maximumAge = "600"
    private static let exposed = [
        "x-request-id", "retry-after", "retry-after-ms", "x-should-retry", "openai-poll-after-ms",
        "openai-processing-ms", "idempotent-replayed", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens",
    ].joined(separator: ", ")
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

    init(allowedOrigins: [String]) {
        self.allowedOrigins = Set(allowedOrigins)
        allowsAll = allowedOrigins.contains("*")
    }

    /// Marks an answer as one that the asking page may read.
    func grant(_ request: Request, in headers: inout HTTPFields) {
        guard let origin = request.headers.value(of: .origin) else { return }
        headers[values: .vary].append("Origin")
        guard allows(origin) else { return }
        allow(origin, in: &headers)
        headers[.accessControlExposeHeaders] = Self.exposed
    }

    /// The answer to a browser that asks before it sends; nil for any other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil,
            let origin = request.headers[.origin]
        else { return nil }
        return preflight(request, origin: origin, isAllowed: allows(origin))
    }

    private func allows(_ origin: String) -> Bool { allowsAll || allowedOrigins.contains(origin) }

    private func preflight(_ request: Request, origin: String, isAllowed: Bool) -> Response {
        var headers: HTTPFields = [.vary: "Access-Control-Request-Headers"]
        guard isAllowed else {
            return JSONResponse.make(status: .badRequest, headers: headers) { writer in
                writer.beginObject()
                writer.member("detail", "The origin \(origin) is not allowed (CORS_ORIGINS).")
                writer.endObject()
            }
        }
        headers[.accessControlAllowMethods] = Self.methods
        headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders]
        headers[.accessControlMaxAge] = Self.maximumAge
        return Response(status: .noContent, headers: headers)
    }

    private func allow(_ origin: String, in headers: inout HTTPFields) {
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
    }
}
