import AssistantsAPI
import RunEngine
import Storage

/// The body of `POST /threads/{thread_id}/runs`.
package struct CreateRunBody {
    package let assistantID: Identifier<Assistant>
    package let overrides: RunOverrides
    /// Join the thread before the run begins.
    package let additionalMessages: [PendingMessage]
    package let metadata: Metadata?
    package let isStream: Bool
    package let onActiveRun: ActiveRunPolicy

    private static let members =
        RunOverrides.members + [
            "assistant_id", "additional_instructions", "additional_messages", "metadata", "stream", "on_active_run",
        ]

    package init(_ object: JSONObject, ids: IDGenerator, _ references: inout ResourceReferences) throws {
        let members = try RequestMembers(object, knowing: Self.members)
        assistantID = try members.required("assistant_id").id()
        var overrides = try RunOverrides(members)
        overrides.additionalInstructions = try members["additional_instructions"]?
            .text(maximum: RequestLimits.instructionsLength)
        self.overrides = overrides
        additionalMessages = try members["additional_messages"]?.messages(ids: ids, &references) ?? []
        metadata = try members["metadata"]?.metadata()
        isStream = try members["stream"]?.bool() ?? false
        onActiveRun = try members["on_active_run"]?.choice() ?? .reject
    }
}

/// The body of `POST /threads/runs`.
package struct CreateThreadAndRunBody {
    package let assistantID: Identifier<Assistant>
    package let thread: CreateThreadBody
    package let overrides: RunOverrides
    package let metadata: Metadata?
    package let isStream: Bool

    private static let members =
        RunOverrides.members + ["assistant_id", "thread", "tool_resources", "metadata", "stream"]

    package init(_ object: JSONObject, ids: IDGenerator, _ references: inout ResourceReferences) throws {
        let members = try RequestMembers(object, knowing: Self.members)
        assistantID = try members.required("assistant_id").id()
        let threadMembers =
            try members["thread"]?.members(CreateThreadBody.members)
            ?? RequestMembers(JSONObject(), knowing: CreateThreadBody.members)
        thread = try CreateThreadBody(threadMembers, ids: ids, &references)
        var overrides = try RunOverrides(members)
        overrides.toolResources = try members["tool_resources"]?.toolResources(makingStoresWith: nil, &references)
        self.overrides = overrides
        metadata = try members["metadata"]?.metadata()
        isStream = try members["stream"]?.bool() ?? false
    }
}

/// The body of `POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs`.
package struct ToolOutputsBody {
    package struct Output {
        package let callID: String
        package let text: String
    }

    package let outputs: [Output]
    package let isStream: Bool
    /// Whether the run may go on waiting for the outputs that are not among these.
    package let isPartial: Bool

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: ["tool_outputs", "stream", "partial"])
        let limit = RequestLimits.toolOutputs
        outputs = try members.required("tool_outputs").elements(maximum: limit, expected: "an array of objects")
            .map { element in
                let members = try element.members(["tool_call_id", "output"])
                return Output(
                    callID: try members.required("tool_call_id").nonEmptyText(maximum: RequestLimits.idLength),
                    text: try members["output"]?.text(maximum: RequestLimits.toolOutputLength) ?? ""
                )
            }
        isStream = try members["stream"]?.bool() ?? false
        isPartial = try members["partial"]?.bool() ?? false
    }
}

extension RunOverrides {
    /// Those that both ways of creating a run know.
    fileprivate static let members = [
        "model", "instructions", "tools", "temperature", "top_p", "response_format", "reasoning_effort", "tool_choice",
        "parallel_tool_calls", "truncation_strategy", "max_prompt_tokens", "max_completion_tokens",
    ]

    fileprivate init(_ members: RequestMembers) throws {
        self.init()
        model = try members["model"]?.nonEmptyText(maximum: RequestLimits.modelLength)
        instructions = try members["instructions"]?.text(maximum: RequestLimits.instructionsLength)
        tools = try members["tools"]?.tools()
        temperature = try members["temperature"]?.decimal(in: RequestLimits.temperature)
        topP = try members["top_p"]?.decimal(in: RequestLimits.topP)
        responseFormat = try members["response_format"]?.responseFormat()
        reasoningEffort = try members["reasoning_effort"]?.choice(of: RequestLimits.reasoningEfforts)
        toolChoice = try members["tool_choice"]?.toolChoice()
        parallelToolCalls = try members["parallel_tool_calls"]?.bool()
        truncation = try members["truncation_strategy"]?.truncation()
        maxPromptTokens = try members["max_prompt_tokens"]?.integer(in: RequestLimits.tokens)
        maxCompletionTokens = try members["max_completion_tokens"]?.integer(in: RequestLimits.tokens)
    }

    /// The settings of the run. Throws when what the caller asks and what the assistant has do not go together.
    package func checkedSettings(for assistant: AssistantSettings) throws -> RunSettings {
        let settings = settings(for: assistant)
        if settings.assistant.formatForbidsTools {
            throw OpenAIError(.toolsForbidden(by: settings.responseFormat))
        }
        guard settings.toolChoice.isPossible(with: settings.tools) else {
            let name = settings.toolChoice.wantedTool ?? "required"
            throw OpenAIError.invalidValue("Tool choice '\(name)' not found in 'tools' parameter.", "tool_choice")
        }
        return settings
    }
}

extension ToolChoice {
    /// The tool that must be used, if one.
    fileprivate var wantedTool: String? {
        switch self {
        case .none, .auto, .required: nil
        case .codeInterpreter: "code_interpreter"
        case .fileSearch: "file_search"
        case .function(let name): name
        }
    }

    fileprivate func isPossible(with tools: [Tool]) -> Bool {
        switch self {
        case .none, .auto: true
        case .required: !tools.isEmpty
        case .codeInterpreter, .fileSearch: tools.contains { $0.type == wantedTool }
        case .function(let name):
            tools.contains { tool in
                if case .function(let function) = tool { function.name == name } else { false }
            }
        }
    }
}
