import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RunEngine
import Storage

/// Turns every error into a refusal in OpenAI's shape. What the server itself did wrong is logged whole and answered in
/// one sentence.
enum OpenAIErrors {
    /// The word of `/v1` for an error of another layer.
    static func translate(_ error: any Error, of request: Request, context: APIRequestContext) -> OpenAIError {
        switch error {
        case let error as OpenAIError: return error
        case let error as EngineError: return OpenAIError(error)
        case let error as FileRefusal: return OpenAIError(error)
        case let error as VectorStoreError: return OpenAIError(error)
        case let error as MultipartFault: return error.openAIError
        case let error as AccessRefusal: return error.openAIError
        case let error as RateLimitRefusal: return error.openAIError
        case let error as IdempotencyRefusal: return error.openAIError
        case is IdempotencyKeyTaken: return IdempotencyRefusal.stillRunning.openAIError
        case let error as MethodNotAllowed: return .methodNotAllowed(request, allow: error.allow)
        case let error as UnknownCursor:
            return .invalidValue(
                "Invalid '\(error.parameter)': there is no object with the id '\(error.id.shortened)' in this list.",
                error.parameter
            )
        case is NIOTooManyBytesError:
            return OpenAIError(.contentTooLarge, "The body of your request is too large.")
        case let error as any HTTPResponseError:
            if error.status == .notFound { return .invalidURL(request) }
            return OpenAIError(error.status, error.status.reasonPhrase)
        case let error as StorageError:
            context.logger.error("The store failed", metadata: describe(error, context))
            return serverError(.serviceUnavailable, "The server cannot store data at the moment.", retryAfter: 5)
        case is CancellationError:
            return serverError(.serviceUnavailable, "The server is shutting down.", retryAfter: 5)
        default:
            context.logger.error("A request failed", metadata: describe(error, context))
            let text = """
                The server had an error processing your request. Its log tells more under the request ID \
                \(context.requestID).
                """
            return serverError(.internalServerError, text)
        }
    }

    private static func serverError(
        _ status: HTTPResponse.Status,
        _ message: String,
        retryAfter: Int? = nil
    ) -> OpenAIError {
        OpenAIError(status, message, type: "server_error", retryAfter: retryAfter)
    }

    private static func describe(_ error: any Error, _ context: APIRequestContext) -> Logger.Metadata {
        ["error": "\(error)", "request_id": .string(context.requestID)]
    }
}
