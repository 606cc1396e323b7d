/// Tokens used by a run or a run step, in the five numbers that the Assistants API reported.
package struct TokenUsage: Sendable, Equatable {
    package var promptTokens: Int
    package var completionTokens: Int
    /// Of the prompt, what the backend had in its cache.
    package var cachedTokens: Int
    /// Of the completion, what was spent on thinking.
    package var reasoningTokens: Int

    package var totalTokens: Int { promptTokens + completionTokens }

    package init(promptTokens: Int = 0, completionTokens: Int = 0, cachedTokens: Int = 0, reasoningTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
    }

    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            promptTokens: left.promptTokens + right.promptTokens,
            completionTokens: left.completionTokens + right.completionTokens,
            cachedTokens: left.cachedTokens + right.cachedTokens,
            reasoningTokens: left.reasoningTokens + right.reasoningTokens
        )
    }
}

extension TokenUsage: JSONWritable {
    /// The name `prompt_token_details` (without an s) is how the service spelled it.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("prompt_tokens", promptTokens)
        writer.member("completion_tokens", completionTokens)
        writer.member("total_tokens", totalTokens)
        writer.key("prompt_token_details")
        writer.beginObject()
        writer.member("cached_tokens", cachedTokens)
        writer.endObject()
        writer.key("completion_tokens_details")
        writer.beginObject()
        writer.member("reasoning_tokens", reasoningTokens)
        writer.endObject()
        writer.endObject()
    }
}
