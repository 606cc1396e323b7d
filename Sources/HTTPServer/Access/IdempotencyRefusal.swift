import HTTPTypes

/// Why a request with an `Idempotency-Key` is neither carried out nor answered as before.
enum IdempotencyRefusal: Error, Sendable, Equatable {
    /// The header is empty, longer than 255 characters, or there twice.
    case illegalKey
    /// The key came with another request before.
    case keyReused
    /// The first request with the key is still being carried out, and was waited for long enough.
    case stillRunning
    /// The first request was carried out, and the process ended before its answer was kept.
    case answerLost
    /// A backend's answer is longer than what can be kept.
    case answerTooLong
    /// The body broke off.
    case unreadableBody

    static let longestKey = 255

    private var status: HTTPResponse.Status {
        switch self {
        case .illegalKey, .keyReused, .unreadableBody: .badRequest
        case .stillRunning, .answerLost: .conflict
        case .answerTooLong: .badGateway
        }
    }

    private var message: String {
        switch self {
        case .illegalKey:
            "Invalid 'Idempotency-Key': expected one value of 1 to \(Self.longestKey) printable characters."
        case .keyReused:
            "Keys for idempotent requests can only be used with the same method, path and body they were first used "
                + "with. Use another key if this is meant to be another request."
        case .stillRunning:
            "The first request with this Idempotency-Key is still being carried out. Please try again later."
        case .answerLost:
            "The first request with this Idempotency-Key was carried out, but the server stopped before its answer was "
                + "kept. It was not carried out again; look for what it has made, or use another key."
        case .answerTooLong: "The backend's answer is too long to be kept for repeats; ask without an Idempotency-Key."
        case .unreadableBody: "The body of the request could not be read to its end."
        }
    }

    private var code: String? {
        switch self {
        case .illegalKey: "invalid_idempotency_key"
        case .keyReused: "idempotency_key_reused"
        case .stillRunning: "idempotency_key_in_use"
        case .answerLost: "idempotent_answer_lost"
        case .answerTooLong: "idempotent_answer_too_long"
        case .unreadableBody: nil
        }
    }

    private var retryAfter: Int? { self == .stillRunning ? 5 : nil }

    var openAIError: OpenAIError {
        var error = OpenAIError(status, message, code: code, retryAfter: retryAfter)
        // SDKs try a 409 and a 502 again unless they are told not to.
        if self == .answerLost || self == .answerTooLong { error.headers[.shouldRetry] = "false" }
        return error
    }

    var facadeError: FacadeError { FacadeError(status, message, retryAfter: retryAfter) }
}
