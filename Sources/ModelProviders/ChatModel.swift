import AssistantsAPI
import NIOCore

/// A model that continues a conversation.
///
/// One call is one answer: the model's own tool loop, if any, is the run engine's business.
package protocol ChatModel: Sendable {
    /// Asks for one answer and hands over its parts as they arrive.
    ///
    /// `receive` is called in order and never concurrently, on a thread of the model's choice (an event loop, so that
    /// a part of an answer costs no task switch), with the parts that came together, one at least; it must not block. It is
    /// not called any more once this returns. When the surrounding task is cancelled the call to the backend is given up and
    /// `ModelError.Kind.cancelled` is thrown. Retries happen only as long as nothing but thinking has been received.
    ///
    /// - Parameter reader: the event loop of a client that reads along. `receive` is called there, if that makes a difference, so
    ///   that a part goes from one connection to the other without a switch of threads.
    func respond(
        to request: ChatRequest,
        near reader: (any EventLoop)?,
        receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) async throws(ModelError) -> ChatOutcome
}

extension ChatModel {
    /// The same where nobody in particular reads along.
    package func respond(
        to request: ChatRequest,
        receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) async throws(ModelError) -> ChatOutcome {
        try await respond(to: request, near: nil, receive: receive)
    }
}

/// A part of an answer that is being made.
package enum ChatEvent: Sendable, Equatable {
    case text(String)
    case refusal(String)
    /// Thinking that the backend shows. It is never part of the answer.
    case reasoning(String)
    /// A function call begins. `index` counts the calls of this answer from 0, `id` is the call's (`call_…`).
    case toolCallStarted(index: Int, id: String, name: String)
    case toolCallArguments(index: Int, String)
}

/// How an answer ended.
package struct ChatOutcome: Sendable, Equatable {
    package enum Finish: Sendable, Equatable {
        /// The answer is whole.
        case stop
        /// The model wants the functions called that it named.
        case toolCalls
        /// The output limit was reached.
        case length
        /// The backend's filter cut the answer.
        case contentFilter
    }

    package var finish: Finish
    /// Tokens as counted by the backend; nil when it does not say.
    package var usage: TokenUsage?

    package init(finish: Finish, usage: TokenUsage?) {
        self.finish = finish
        self.usage = usage
    }
}
