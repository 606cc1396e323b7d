import Hummingbird

/// The part of the server that a request addresses, as its path tells.
package enum RequestSurface: Sendable, Equatable {
    /// What anyone may see: the front door, the documents, the health check.
    case open
    /// The chat facade, `/api/…`.
    case facade
    /// `/v1/…`.
    case openAI
    /// Nothing that is known. It is guarded like `/v1`, so that no spelling of a path leads past the guard.
    case unknown

    /// - Parameter rootPath: a prefix that a proxy in front may have left in place, as in `/openai-api`; or empty.
    package init(path: String, rootPath: String) {
        var path = path
        if !rootPath.isEmpty, path.hasPrefix(rootPath), path.dropFirst(rootPath.count).hasPrefix("/") {
            path = String(path.dropFirst(rootPath.count))
        }
        if path.hasPrefix("/v1/") || path == "/v1" {
            self = .openAI
        } else if path == "/" || path == "/api/v1/health" || path == "/openapi.json" || path == "/docs"
            || path.hasPrefix("/docs/")
        {
            self = .open
        } else if path.hasPrefix("/api/") {
            self = .facade
        } else {
            self = .unknown
        }
    }
}
