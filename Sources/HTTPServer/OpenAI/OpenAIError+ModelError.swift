import HTTPTypes
import ModelProviders

extension OpenAIError {
    /// Why the backend did not answer, for someone who asked for something that only it can do.
    init(_ error: ModelError) {
        let status: HTTPResponse.Status =
            switch error.kind {
            case .unavailable, .cancelled: .serviceUnavailable
            case .timedOut: .gatewayTimeout
            case .rateLimited, .quotaExceeded: .tooManyRequests
            case .unauthorized, .modelNotFound, .contextTooLong, .contentRefused, .refused, .broken: .badGateway
            }
        self.init(status, error.message, type: "server_error", code: nil, retryAfter: error.retryAfter)
    }
}
