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

extension Duration {
    /// Whole milliseconds, rounded up.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// As Go writes durations, to the millisecond: `6ms`, `1.5s`, `1m2s`, `0s`.
    var goText: String {
        let milliseconds = max(0, milliseconds)
        switch milliseconds {
        case 0: return "0s"
        case ..<1000: return "\(milliseconds)ms"
        case ..<60_000: return Self.seconds(milliseconds)
        default: return "\(milliseconds / 60_000)m\(Self.seconds(milliseconds % 60_000))"
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let fraction = milliseconds % 1000
        guard fraction > 0 else { return "\(milliseconds / 1000)s" }
        var digits = String(fraction + 1000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(milliseconds / 1000).\(digits)s"
    }
}

extension HTTPField.Name {
    static let retryAfterMilliseconds = HTTPField.Name.constant("retry-after-ms")
    static let shouldRetry = HTTPField.Name.constant("x-should-retry")
}
