/// What the caller of a run asks for in place of, or beside, what its assistant says. Nil leaves the assistant's word.
package struct RunOverrides: Sendable, Equatable {
    package var model: String?
    /// In place of the assistant's.
    package var instructions: String?
    /// Appended to whichever instructions apply.
    package var additionalInstructions: String?
    /// In place of the assistant's; an empty list means no tools.
    package var tools: [Tool]?
    /// In place of the assistant's, for each tool that it names.
    package var toolResources: ToolResources?
    package var temperature: Double?
    package var topP: Double?
    package var responseFormat: ResponseFormat?
    package var reasoningEffort: String?
    package var toolChoice: ToolChoice?
    package var parallelToolCalls: Bool?
    package var truncation: RunSettings.Truncation?
    package var maxPromptTokens: Int?
    package var maxCompletionTokens: Int?

    package init() {}

    /// The settings of a run of an assistant with `assistant`.
    package func settings(for assistant: AssistantSettings) -> RunSettings {
        var merged = assistant
        if let model { merged.model = model }
        if let instructions = instructions(over: assistant.instructions) { merged.instructions = instructions }
        if let tools { merged.tools = tools }
        if let toolResources { merged.toolResources.replace(with: toolResources) }
        if let temperature { merged.temperature = temperature }
        if let topP { merged.topP = topP }
        if let responseFormat { merged.responseFormat = responseFormat }
        if let reasoningEffort { merged.reasoningEffort = reasoningEffort }
        return RunSettings(
            merged,
            toolChoice: toolChoice ?? .auto,
            parallelToolCalls: parallelToolCalls ?? true,
            truncation: truncation ?? .auto,
            maxPromptTokens: maxPromptTokens,
            maxCompletionTokens: maxCompletionTokens
        )
    }

    /// Nil leaves the assistant's.
    private func instructions(over inherited: String?) -> String? {
        guard let additionalInstructions, !additionalInstructions.isEmpty else { return instructions }
        let main = instructions ?? inherited
        guard let main, !main.isEmpty else { return additionalInstructions }
        return "\(main)\n\n\(additionalInstructions)"
    }
}
