/// What an operator decides about the HTTP side.
package struct ServerOptions: Sendable {
    package var host: String
    package var port: Int
    /// Bytes of a request's body at most.
    package var maximumBodyBytes: Int
    /// Whether the Assistants API answers only those who name its version in `OpenAI-Beta`.
    package var requiresBetaHeader: Bool
    /// Origins whose pages may call the API; `*` allows every one.
    package var allowedOrigins: [String]
    /// What one client address may use.
    package var addressLimits: MinuteLimits
    /// What one key may use.
    package var keyLimits: MinuteLimits
    /// Whether the chat facade asks for a key where `/v1` does.
    package var facadeAsksForKey: Bool
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
        requiresBetaHeader: Bool = true,
        allowedOrigins: [String] = [],
        addressLimits: MinuteLimits = MinuteLimits(),
        keyLimits: MinuteLimits = MinuteLimits(),
        facadeAsksForKey: Bool = false,
        trustsProxy: @escaping @Sendable (String) -> Bool = { _ in false },
        rootPath: String = "",
        swaggerFolder: String? = nil
    ) {
        self.host = host
        self.port = port
        self.maximumBodyBytes = maximumBodyBytes
        self.requiresBetaHeader = requiresBetaHeader
        self.allowedOrigins = allowedOrigins
        self.addressLimits = addressLimits
        self.keyLimits = keyLimits
        self.facadeAsksForKey = facadeAsksForKey
        self.trustsProxy = trustsProxy
        self.rootPath = rootPath
        self.swaggerFolder = swaggerFolder
    }
}
