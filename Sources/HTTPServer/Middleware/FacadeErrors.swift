import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RunEngine
import Storage

/// Turns every error into a refusal in FastAPI's shape, `{"detail": …}`. What the server itself did wrong is logged
/// whole and answered in one sentence.
enum FacadeErrors {
    /// The facade's word for an error of another layer.
    static func translate(_ error: any Error, context: APIRequestContext) -> FacadeError {
        switch error {
        case let error as FacadeError: return error
        case let error as EngineError: return FacadeError(error)
        case let error as AccessRefusal: return error.facadeError
        case let error as RateLimitRefusal: return error.facadeError
        case let error as IdempotencyRefusal: return error.facadeError
        case is IdempotencyKeyTaken: return IdempotencyRefusal.stillRunning.facadeError
        case let error as MethodNotAllowed: return .methodNotAllowed(allow: error.allow)
        case let error as UnknownCursor:
            return .invalid([
                .init(
                    location: [.name("query"), .name(error.parameter)],
                    message: "There is no object with the id '\(error.id)' in this list",
                    type: "value_error"
                )
            ])
        case is NIOTooManyBytesError: return FacadeError(.contentTooLarge, "The body of the request is too large.")
        case let error as any HTTPResponseError:
            return FacadeError(error.status, error.status == .notFound ? "Not Found" : error.status.reasonPhrase)
        case let error as StorageError:
            context.logger.error("The store failed", metadata: describe(error, context))
            return FacadeError(.serviceUnavailable, "The server cannot store data at the moment.", retryAfter: 5)
        case is CancellationError:
            return FacadeError(.serviceUnavailable, "The server is shutting down.", retryAfter: 5)
        default:
            context.logger.error("A request failed", metadata: describe(error, context))
            return FacadeError(.internalServerError, "The server failed to answer; its log names the request id.")
        }
    }

    private static func describe(_ error: any Error, _ context: APIRequestContext) -> Logger.Metadata {
        ["error": "\(error)", "request_id": .string(context.requestID)]
    }
}
