/// Why a model gave no answer, in terms that a run (`last_error`) and a caller of the facade (502, 503, 504) need.
package struct ModelError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// No connection could be made, or the backend says that it is not available (503).
        case unavailable
        /// Nothing came within the connect, first-byte or idle time-out.
        case timedOut
        /// The backend limits the rate (429).
        case rateLimited
        /// The account has nothing left (429 `insufficient_quota`). Waiting does not help.
        case quotaExceeded
        /// The backend refused the key (401, 403).
        case unauthorized
        /// The backend does not know the model (404).
        case modelNotFound
        /// The conversation is longer than the model takes.
        case contextTooLong
        /// The backend refused the content of the prompt.
        case contentRefused
        /// Any other refusal (4xx).
        case refused
        /// The backend failed (5xx), broke off in the middle, or sent what is not its protocol.
        case broken
        /// The surrounding task was cancelled.
        case cancelled
    }

    package var kind: Kind
    /// The backend's own reason, or ours, in words. It never holds a URL of the backend or a key.
    package var message: String
    /// Seconds after which the backend wants to be asked again.
    package var retryAfter: Int?

    package init(_ kind: Kind, _ message: String, retryAfter: Int? = nil) {
        self.kind = kind
        self.message = message
        self.retryAfter = retryAfter
    }
}
