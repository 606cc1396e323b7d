/// All that decides how a run is carried out: what it copied from its assistant, overrides applied, and what its caller
/// asked for this run alone.
///
/// A class, as runs are copied often and their settings never change: copies share them.
package final class RunSettings: Sendable, Equatable {
    /// The assistant's part.
    package let assistant: AssistantSettings
    package let toolChoice: ToolChoice
    package let parallelToolCalls: Bool
    package let truncation: Truncation
    /// Tokens of all prompts of the run together, at most; nil for no limit.
    package let maxPromptTokens: Int?
    /// Tokens of all answers of the run together, at most; nil for no limit.
    package let maxCompletionTokens: Int?

    /// How much of the thread the model sees.
    package enum Truncation: Sendable, Equatable {
        /// As much as fits.
        case auto
        /// The newest messages, so many at most.
        case lastMessages(Int)
    }

    package init(
        _ assistant: AssistantSettings,
        toolChoice: ToolChoice = .auto,
        parallelToolCalls: Bool = true,
        truncation: Truncation = .auto,
        maxPromptTokens: Int? = nil,
        maxCompletionTokens: Int? = nil
    ) {
        self.assistant = assistant
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.truncation = truncation
        self.maxPromptTokens = maxPromptTokens
        self.maxCompletionTokens = maxCompletionTokens
    }

    /// Those of a run that asks for nothing special.
    package convenience init(model: String, instructions: String?, temperature: Double? = nil, topP: Double? = nil) {
        self.init(AssistantSettings(model: model, instructions: instructions, temperature: temperature, topP: topP))
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    package convenience init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text), let assistant = AssistantSettings(stored: value) else {
            return nil
        }
        self.init(
            assistant,
            toolChoice: value["tool_choice"].flatMap(ToolChoice.init(stored:)) ?? .auto,
            parallelToolCalls: value["parallel_tool_calls"]?.boolValue ?? true,
            truncation: value["last_messages"]?.intValue.map(Truncation.lastMessages) ?? .auto,
            maxPromptTokens: value["max_prompt_tokens"]?.intValue,
            maxCompletionTokens: value["max_completion_tokens"]?.intValue
        )
    }

    // The assistant's part, member by member: a key path to it would be looked up each time.

    package var model: String { assistant.model }
    package var instructions: String? { assistant.instructions }
    package var preparedInstructions: Instructions? { assistant.preparedInstructions }
    package var tools: [Tool] { assistant.tools }
    package var toolResources: ToolResources { assistant.toolResources }
    package var temperature: Double? { assistant.temperature }
    package var topP: Double? { assistant.topP }
    package var reasoningEffort: String? { assistant.reasoningEffort }
    package var responseFormat: ResponseFormat { assistant.responseFormat }

    package static func == (left: RunSettings, right: RunSettings) -> Bool {
        left === right
            || (left.assistant == right.assistant && left.toolChoice == right.toolChoice
                && left.parallelToolCalls == right.parallelToolCalls && left.truncation == right.truncation
                && left.maxPromptTokens == right.maxPromptTokens
                && left.maxCompletionTokens == right.maxCompletionTokens)
    }
}

extension RunSettings: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        assistant.writeMembers(to: &writer)
        if toolChoice != .auto { writer.member("tool_choice", toolChoice) }
        if !parallelToolCalls { writer.member("parallel_tool_calls", false) }
        if case .lastMessages(let count) = truncation { writer.member("last_messages", count) }
        if let maxPromptTokens { writer.member("max_prompt_tokens", maxPromptTokens) }
        if let maxCompletionTokens { writer.member("max_completion_tokens", maxCompletionTokens) }
        writer.endObject()
    }
}

extension RunSettings.Truncation: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .auto:
            writer.member("type", "auto")
            writer.member("last_messages", raw: "null")
        case .lastMessages(let count):
            writer.member("type", "last_messages")
            writer.member("last_messages", count)
        }
        writer.endObject()
    }
}
