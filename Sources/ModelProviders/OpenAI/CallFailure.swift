import AssistantsAPI

/// Why one call to a backend failed, and what the next attempt may do about it.
package struct CallFailure: Error, Equatable {
    /// What would let the same request succeed at once.
    package enum Remedy: Equatable {
        /// The backend does not have this endpoint; it may have the other protocol's.
        case otherEndpoint
        /// The backend knows the output limit by its older name only.
        case olderTokenLimit
        /// The connection was closed before anything came: it had idled too long, most likely.
        case newConnection
        /// The backend does not take `stream_options`.
        case withoutStreamOptions
    }

    package var error: ModelError
    /// Whether the same request may succeed later.
    package var isTransient: Bool
    /// How long the backend wants to be left alone.
    package var retryAfter: Duration?
    package var remedy: Remedy?

    init(_ kind: ModelError.Kind, _ message: String, isTransient: Bool = false, remedy: Remedy? = nil) {
        error = ModelError(kind, message)
        self.isTransient = isTransient
        self.remedy = remedy
    }

    static let cancelled = CallFailure(.cancelled, "The call to the model backend was cancelled.")
}

extension CallFailure {
    /// A failure of the backend itself, or words that are not its protocol.
    static func broken(_ message: String) -> CallFailure { CallFailure(.broken, message, isTransient: true) }
}

extension Error where Self == CallFailure {
    static func broken(_ message: String) -> CallFailure { CallFailure.broken(message) }
}

extension CallFailure {
    /// An HTTP answer other than 2xx.
    init(status: Int, retryAfter: Duration?, shouldRetry: Bool?, body: UnsafeRawBufferPointer) {
        let report = FailureReport(body)
        self.init(report, status: status)
        self.retryAfter = retryAfter
        error.retryAfter = retryAfter.map { $0.wholeSeconds }
        if let shouldRetry { isTransient = shouldRetry }
    }

    /// An error that the backend reports within an answer that began as a success.
    init(inAnswer body: UnsafeRawBufferPointer) {
        self.init(FailureReport(body), status: nil)
    }

    private init(_ report: FailureReport, status: Int?) {
        let status = status ?? report.status
        let kind = report.kind(status: status)
        let isTransient =
            switch kind {
            case .quotaExceeded, .unauthorized, .modelNotFound, .contextTooLong, .contentRefused, .cancelled: false
            case .rateLimited, .unavailable, .timedOut, .broken: true
            case .refused: status == 409 || status == 425
            }
        self.init(kind, report.sentence(status: status), isTransient: isTransient)
        remedy = report.remedy(status: status)
    }
}

extension Duration {
    /// Seconds, rounded up.
    var wholeSeconds: Int {
        let parts = components
        return Int(parts.seconds) + (parts.attoseconds > 0 ? 1 : 0)
    }
}
