/// What an assistant lends to its runs, copied when a run is created: later changes of the assistant leave it alone.
package struct AssistantSettings: Sendable, Equatable {
    /// The name that the caller uses; aliases are resolved when the model is called.
    package var model: String
    package var instructions: String? {
        get { preparedInstructions?.text }
        set { preparedInstructions = newValue.map(Instructions.init) }
    }
    package var tools: [Tool]
    /// Files and vector stores that the tools may use.
    package var toolResources: ToolResources
    /// From 0 to 2; nil stands for the default, 1, and is not sent to the backend.
    package var temperature: Double?
    /// From 0 to 1; nil stands for the default, 1, and is not sent to the backend.
    package var topP: Double?
    /// As the backend names it (`low`, `high`, …); nil leaves it to the backend.
    package var reasoningEffort: String?
    package var responseFormat: ResponseFormat
    package private(set) var preparedInstructions: Instructions?

    package init(
        model: String,
        instructions: String? = nil,
        tools: [Tool] = [],
        toolResources: ToolResources = ToolResources(),
        temperature: Double? = nil,
        topP: Double? = nil,
        reasoningEffort: String? = nil,
        responseFormat: ResponseFormat = .auto
    ) {
        self.model = model
        preparedInstructions = instructions.map(Instructions.init)
        self.tools = tools
        self.toolResources = toolResources
        self.temperature = temperature
        self.topP = topP
        self.reasoningEffort = reasoningEffort
        self.responseFormat = responseFormat
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(stored value: JSONValue) {
        guard let model = value["model"]?.stringValue else { return nil }
        self.init(
            model: model,
            instructions: value["instructions"]?.stringValue,
            tools: (value["tools"]?.arrayValue ?? []).compactMap(Tool.init(stored:)),
            toolResources: value["tool_resources"].map(ToolResources.init(stored:)) ?? ToolResources(),
            temperature: value["temperature"]?.doubleValue,
            topP: value["top_p"]?.doubleValue,
            reasoningEffort: value["reasoning_effort"]?.stringValue,
            responseFormat: value["response_format"].flatMap(ResponseFormat.init(stored:)) ?? .auto
        )
    }

    package init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text) else { return nil }
        self.init(stored: value)
    }
}

extension AssistantSettings: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// Members that are not set are left out: most runs have few.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("model", model)
        if let preparedInstructions { writer.member("instructions", preparedInstructions) }
        if !tools.isEmpty { writer.member("tools", tools) }
        if !toolResources.isEmpty { writer.member("tool_resources", toolResources) }
        if let temperature { writer.member("temperature", temperature) }
        if let topP { writer.member("top_p", topP) }
        if let reasoningEffort { writer.member("reasoning_effort", reasoningEffort) }
        if responseFormat != .auto { writer.member("response_format", responseFormat) }
    }
}

extension AssistantSettings {
    /// Whether the form of answers goes with functions alone, and there is another tool.
    package var formatForbidsTools: Bool { responseFormat.isJSON && !tools.allSatisfy(\.isFunction) }
}
