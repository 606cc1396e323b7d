/// The attempts at one answer: what is known of the backend, what was tried, what comes next. A class, as it is kept while the
/// backend is waited for.
final class Attempt {
    private(set) var wireProtocol: WireProtocol
    private(set) var traits: BackendTraits
    /// What came of the last call.
    private(set) var result = Result<ChatOutcome, CallFailure>.failure(.cancelled)
    /// How long to wait before the next call.
    private(set) var pause = Duration.zero
    /// Whether the last call handed on a part of an answer. Then there is no other attempt.
    private var hasReceived = false
    private(set) var retries = 0
    /// Why the first protocol is not spoken, when the other is tried.
    private var unknownEndpoint: CallFailure?
    private let mayChangeProtocol: Bool
    private var hasReconnected = false

    init(traits: BackendTraits, choice: OpenAIBackend.Configuration.Choice, _ endpoints: BackendEndpoints) {
        self.traits = traits
        mayChangeProtocol = choice == .automatic
        switch choice {
        case .chatCompletions: wireProtocol = .chatCompletions
        case .responses: wireProtocol = .responses
        case .automatic:
            // Every compatible server speaks Chat Completions, and some only pretend to speak Responses.
            wireProtocol = traits.wireProtocol ?? (endpoints.isOpenAI ? .responses : .chatCompletions)
        }
    }

    /// No call is made, as nobody wants the answer any more.
    func cancel() { result = .failure(.cancelled) }

    /// Notes what came of a call that has ended.
    @inline(never)
    func end<Stream>(_ call: BackendCall<Stream>) {
        hasReceived = call.hasReceived
        result = call.result
    }

    /// The same, and what the backend showed of itself.
    @inline(never)
    func endAndLearn(from call: BackendCall<ChatCompletionsStream>) {
        if let member = call.reasoningMember { traits.reasoningMember = member }
        end(call)
    }

    /// Whether there is to be another call, after `pause`.
    func mayGoOn(after failure: CallFailure, _ policy: RetryPolicy) -> Bool {
        guard let wait = wait(after: failure, policy) else { return false }
        pause = wait
        return true
    }

    private func wait(after failure: CallFailure, _ policy: RetryPolicy) -> Duration? {
        guard !hasReceived else { return nil }
        if adapt(to: failure) { return .zero }
        if failure.remedy == .otherEndpoint { return nil }
        var generator = SystemRandomNumberGenerator()
        guard let wait = policy.wait(before: retries + 1, after: failure, using: &generator) else { return nil }
        retries += 1
        return wait
    }

    /// The failure that is reported when there is no other attempt.
    func verdict(_ failure: CallFailure) -> ModelError {
        guard failure.remedy == .otherEndpoint else { return failure.error }
        if unknownEndpoint != nil {
            return ModelError(
                .refused,
                "The model backend knows neither \(wireProtocol.other.path) nor \(wireProtocol.path). "
                    + "Its base URL may lack a path such as /v1."
            )
        }
        return ModelError(.refused, "The model backend does not know \(wireProtocol.path): \(failure.error.message)")
    }

    /// Changes what the backend cannot take, each thing once.
    private func adapt(to failure: CallFailure) -> Bool {
        switch failure.remedy {
        case nil: return false
        case .otherEndpoint:
            guard mayChangeProtocol, unknownEndpoint == nil else { return false }
            unknownEndpoint = failure
            wireProtocol = wireProtocol.other
        case .olderTokenLimit:
            guard !traits.usesOlderTokenLimit else { return false }
            traits.usesOlderTokenLimit = true
        case .newConnection:
            guard !hasReconnected else { return false }
            hasReconnected = true
        case .withoutStreamOptions:
            guard !traits.refusesStreamOptions else { return false }
            traits.refusesStreamOptions = true
        }
        return true
    }
}
