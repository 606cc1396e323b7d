/// The protocols that OpenAI-compatible backends speak.
package enum WireProtocol: Sendable {
    case chatCompletions
    case responses

    /// Below the base URL.
    var path: String {
        switch self {
        case .chatCompletions: "/chat/completions"
        case .responses: "/responses"
        }
    }

    var other: WireProtocol {
        switch self {
        case .chatCompletions: .responses
        case .responses: .chatCompletions
        }
    }
}

/// What a backend turned out to want, learned from its refusals and answers.
package struct BackendTraits: Sendable, Equatable {
    /// The name under which a backend shows its model's thinking, and wants it back.
    package enum ReasoningMember: Sendable { case reasoning, reasoningContent }

    /// Nil until an answer has come.
    package var wireProtocol: WireProtocol?
    /// The backend refused `max_completion_tokens`.
    package var usesOlderTokenLimit = false
    /// The backend refused `stream_options`.
    package var refusesStreamOptions = false
    /// Nil until the backend has shown thinking.
    package var reasoningMember: ReasoningMember?

    package init() {}

    /// Adds what another call found out; what calls at the same time found out before stays.
    mutating func learn(_ other: BackendTraits) {
        wireProtocol = other.wireProtocol ?? wireProtocol
        usesOlderTokenLimit = usesOlderTokenLimit || other.usesOlderTokenLimit
        refusesStreamOptions = refusesStreamOptions || other.refusesStreamOptions
        reasoningMember = other.reasoningMember ?? reasoningMember
    }
}
