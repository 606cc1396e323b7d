import AssistantsAPI
import HTTPTypes
import RunEngine

extension OpenAIError {
    init(_ error: EngineError) {
        switch error {
        case .assistantNotFound(let id): self = .notFound(error.message, "assistant_id", id)
        case .threadNotFound(let id): self = .notFound(error.message, "thread_id", id)
        case .messageNotFound(let id): self = .notFound(error.message, "message_id", id)
        case .runNotFound(let id): self = .notFound(error.message, "run_id", id)
        case .runStepNotFound(let id): self = .notFound(error.message, "step_id", id)
        case .threadDeleted: self.init(.notFound, error.message)
        case .nothingToRun: self.init(.badRequest, error.message, code: "invalid_thread")
        case .toolsForbidden: self.init(.badRequest, error.message, param: "response_format")
        case .runNotCancellable, .threadLocked, .runActive, .runTakesNoOutputs, .wrongToolOutputs:
            self.init(.badRequest, error.message)
        case .tooManyRuns, .tooMuchData:
            self.init(.tooManyRequests, error.message, type: "requests", code: "rate_limit_exceeded", retryAfter: 5)
        case .shuttingDown:
            self.init(.serviceUnavailable, error.message, type: "server_error", retryAfter: 5)
        }
    }

    static func vectorStoreNotFound(_ id: String) -> OpenAIError {
        notFound("No vector store found with id '\(id.shortened)'.", "vector_store_id", id, prefix: "vs")
    }

    private static func notFound<Resource: IdentifiedResource>(
        _ message: String,
        _ parameter: String,
        _ id: Identifier<Resource>
    ) -> OpenAIError {
        notFound(message, parameter, id.rawValue, prefix: String(Resource.idPrefix.dropLast()))
    }

    /// There is no object with the id. One that has not even the form of ours, such as `undefined`, is told so; objects
    /// that were brought from elsewhere are found under ids of any form.
    private static func notFound(
        _ message: String,
        _ parameter: String,
        _ id: String,
        prefix: String
    ) -> OpenAIError {
        guard !id.hasPrefix(prefix) else { return OpenAIError(.notFound, message) }
        let text = "Invalid '\(parameter)': '\(id.shortened)'. Expected an ID that begins with '\(prefix)'."
        return .invalidValue(text, parameter)
    }
}
