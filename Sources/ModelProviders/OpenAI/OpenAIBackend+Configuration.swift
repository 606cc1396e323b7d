extension OpenAIBackend {
    /// Where a backend is and how patient we are with it.
    package struct Configuration: Sendable {
        package enum Choice: Sendable, Equatable {
            case responses
            case chatCompletions
            /// Finds out by asking, and remembers.
            case automatic
        }

        /// With the version, without a resource: `https://api.openai.com/v1`.
        package var baseURL: String
        /// Nil or empty sends no `Authorization` at all.
        package var apiKey: String?
        package var wireProtocol: Choice
        /// How long a connection may take to be made.
        package var connectTimeout: Duration
        /// How long the first byte of an answer may take once the request is sent.
        package var firstByteTimeout: Duration
        /// How long a stream that has begun may be silent.
        package var idleTimeout: Duration
        /// Attempts after the first; they are made only as long as no part of an answer has come.
        package var maximumRetries: Int
        /// The first wait between attempts; it doubles, and is drawn at random below that.
        package var retryDelay: Duration = .milliseconds(500)
        /// The longest wait that a backend may ask for with `Retry-After`; if it asks for more, the call fails and the
        /// error says how long.
        package var longestRetryWait: Duration = .seconds(20)
        package var organization: String?
        package var project: String?

        package init(
            baseURL: String = "https://api.openai.com/v1",
            apiKey: String? = nil,
            wireProtocol: Choice = .automatic,
            connectTimeout: Duration = .seconds(10),
            firstByteTimeout: Duration = .seconds(120),
            idleTimeout: Duration = .seconds(60),
            maximumRetries: Int = 2
        ) {
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.wireProtocol = wireProtocol
            self.connectTimeout = connectTimeout
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.maximumRetries = maximumRetries
        }
    }
}
