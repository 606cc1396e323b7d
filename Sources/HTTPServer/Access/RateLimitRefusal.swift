import HTTPTypes

/// A client has used up what it may use in a minute.
struct RateLimitRefusal: Error, Sendable {
    enum Kind: String, Sendable {
        case requests
        case tokens

        fileprivate var abbreviation: String { self == .requests ? "RPM" : "TPM" }
    }

    enum Client: Sendable {
        case address
        case key
    }

    let kind: Kind
    let client: Client
    let standing: MinuteAllowances.Standing

    private var wait: Duration { standing.wait ?? .zero }
    fileprivate var seconds: Int { Int(wait.components.seconds) + 1 }

    /// As OpenAI says it, with what tells SDKs when to come back.
    var openAIError: OpenAIError {
        let requested = kind == .requests ? ", Requested 1" : ""
        var error = OpenAIError(
            .tooManyRequests,
            "Rate limit reached for this \(client == .key ? "key" : "address") on \(kind.rawValue) per min "
                + "(\(kind.abbreviation)): Limit \(standing.limit), Used \(standing.limit - standing.remaining)"
                + "\(requested). Please try again in \(wait.goText).",
            type: kind.rawValue,
            code: "rate_limit_exceeded",
            retryAfter: seconds
        )
        error.headers[.retryAfterMilliseconds] = String(max(1, wait.milliseconds))
        error.headers[.shouldRetry] = "true"
        return error
    }

    var facadeError: FacadeError {
        FacadeError(
            .tooManyRequests,
            "More than \(standing.limit) \(kind.rawValue) in a minute. Please try again in \(seconds) s.",
            retryAfter: seconds
        )
    }
}

extension HTTPField.Name {
    static let retryAfterMilliseconds = HTTPField.Name.constant("retry-after-ms")
    static let shouldRetry = HTTPField.Name.constant("x-should-retry")
}
