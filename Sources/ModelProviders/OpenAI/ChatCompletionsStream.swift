import AssistantsAPI

/// Reads a Chat Completions answer, with what the servers that imitate the protocol do differently.
package struct ChatCompletionsStream: AnswerStream {
    private var thinking = InlineThinking()
    private var repeated = RepeatedChunk()
    private var calls = ToolCallAssembly()
    private var finishReason: String?
    private var usage: TokenUsage?
    package private(set) var isComplete = false
    /// The name under which the backend shows its thinking, if it does.
    private(set) var reasoningMember: BackendTraits.ReasoningMember?

    package init() {}

    package mutating func receive(_ event: ServerSentEvent, emit: (ChatEvent) -> Void) throws(CallFailure) {
        guard !isComplete, !event.isBlank else { return }
        guard !event.isEndMark else {
            isComplete = true
            return
        }
        if event.name.isEmpty, let text = repeated.text(of: event.data) {
            if !text.isEmpty { thinking.receive(text, emit: emit) }
            return
        }
        let chunk = try ChatCompletionsChunk(event.data)
        if let range = chunk.loneText { repeated.remember(event.data, textAt: range) }
        if chunk.isFailure || event.isNamedError { throw CallFailure(inAnswer: event.data) }
        apply(chunk, emit: emit)
    }

    package mutating func receiveWhole(
        _ body: UnsafeRawBufferPointer,
        emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        let chunk = try ChatCompletionsChunk(body)
        if chunk.isFailure { throw CallFailure(inAnswer: body) }
        guard chunk.hasChoices else { throw CallFailure(inAnswer: body) }
        apply(chunk, emit: emit)
        if finishReason == nil { finishReason = "stop" }
        isComplete = true
    }

    package mutating func finish(emit: (ChatEvent) -> Void) throws(CallFailure) -> ChatOutcome {
        guard let finishReason else { throw .cutShort }
        thinking.finish(emit: emit)
        let finish: ChatOutcome.Finish
        switch finishReason {
        case "length", "max_tokens": finish = .length
        case "content_filter": finish = .contentFilter
        case "tool_calls", "function_call", "stop", "eos", "eos_token", "end_turn", "stop_sequence": finish = .stop
        case "insufficient_system_resource":
            throw CallFailure(.unavailable, "The model backend ran out of resources.", isTransient: true)
        case "error", "abort": throw .broken("The model backend gave up its answer (\(finishReason)).")
        default:
            // A reason of the server's own for an answer that it ended itself.
            finish = .stop
        }
        return ChatOutcome(finish: try finish.with(calls), usage: usage)
    }

    private mutating func apply(_ chunk: ChatCompletionsChunk, emit: (ChatEvent) -> Void) {
        if let usage = chunk.usage { self.usage = usage }
        if let reasoning = chunk.choice.reasoning, !reasoning.isEmpty {
            reasoningMember = chunk.choice.reasoningMember
            emit(.reasoning(reasoning))
        }
        if let text = chunk.choice.text, !text.isEmpty { thinking.receive(text, emit: emit) }
        if let refusal = chunk.choice.refusal, !refusal.isEmpty { emit(.refusal(refusal)) }
        for (position, fragment) in chunk.choice.calls.enumerated() {
            if calls.isEmpty { thinking.finish(emit: emit) }
            calls.receive(fragment, position: position, emit: emit)
        }
        if let reason = chunk.choice.finishReason, !reason.isEmpty { finishReason = reason }
    }
}
