/// Who answers: the rule-based analyst in this process, or a model behind an OpenAI-compatible backend.
package enum ModelSource: Sendable, Equatable {
    case builtInAnalyst(Reason)
    /// `baseURL` has no slash at its end. Local models often need no key.
    case remote(baseURL: String, key: Secret?)

    /// Why no model is configured.
    package enum Reason: Sendable, Equatable { case noKey, placeholderKey }

    package static let defaultBaseURL = "https://api.openai.com/v1"
    /// What stands in `.env.example` where the key belongs.
    package static let placeholderKey = "your-api-key-here"

    init(baseURL: String, key: Secret?) {
        let isPlaceholder = key?.revealed == Self.placeholderKey
        guard baseURL == Self.defaultBaseURL, key == nil || isPlaceholder else {
            self = .remote(baseURL: baseURL, key: isPlaceholder ? nil : key)
            return
        }
        self = .builtInAnalyst(isPlaceholder ? .placeholderKey : .noKey)
    }
}
