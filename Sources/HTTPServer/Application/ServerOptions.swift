/// What an operator decides about the HTTP side.
package struct ServerOptions: Sendable {
    package var host: String
    package var port: Int
    /// Bytes of a request's body at most.
    package var maximumBodyBytes: Int
    /// Origins whose pages may call the API; `*` allows every one.
    package var allowedOrigins: [String]
    /// Requests a minute from one client address at most; nil for no limit.
    package var requestsPerMinute: Int?
    /// Whether a peer is a proxy whose word on the client's address counts.
    package var trustsProxy: @Sendable (String) -> Bool
    /// The prefix under which a proxy passes requests on without taking it off, as in `/openai-api`; or empty.
    package var rootPath: String
    /// A folder with `swagger-ui-bundle.js` and `swagger-ui.css`; nil when there is none.
    package var swaggerFolder: String?

    package init(
        host: String,
        port: Int,
        maximumBodyBytes: Int = 32 << 20,
        allowedOrigins: [String] = [],
        requestsPerMinute: Int? = nil,
        trustsProxy: @escaping @Sendable (String) -> Bool = { _ in false },
        rootPath: String = "",
        swaggerFolder: String? = nil
    ) {
        self.host = host
        self.port = port
        self.maximumBodyBytes = maximumBodyBytes
        self.allowedOrigins = allowedOrigins
        self.requestsPerMinute = requestsPerMinute
        self.trustsProxy = trustsProxy
        self.rootPath = rootPath
        self.swaggerFolder = swaggerFolder
    }
}
