import AssistantsAPI
import ModelProviders

/// The tools that a model is offered in a run: the caller's functions, and those that the server runs.
struct RunTools: Sendable {
    var functions: [Tool.Function] = []
    /// The caller's kind of tool and ours for it.
    var serverTools: [(type: String, tool: any ServerTool)] = []
    /// The interpreter among them, whose files answers may link.
    var code: CodeTool?

    /// A tool that there is nothing to use for: it is not offered, and says so when it is called all the same.
    var idleTool: (any ServerTool)?
    /// What the model is told of the thread's data, in place of their profile; nil when that stays.
    var dataDescription: String?

    var offered: [Tool.Function] { functions + serverTools.map(\.tool.function) }

    /// Whether nothing but queries of data is offered, without which a model can still answer from the data's profile.
    var areForDataAlone: Bool { functions.isEmpty && serverTools.count == 1 && dataDescription != nil }

    func serverTool(named name: String) -> (any ServerTool)? {
        if let tool = serverTools.first(where: { $0.tool.function.name == name })?.tool { return tool }
        if idleTool?.function.name == name { return idleTool }
        // Models that know the tool by OpenAI's name use it.
        guard name == "code_interpreter", !functions.contains(where: { $0.name == name }) else { return nil }
        return code
    }

    func serverTool(for call: ToolCall) -> (any ServerTool)? {
        if case .function(let call) = call { return serverTool(named: call.name) }
        return serverTools.first { $0.type == call.type }?.tool
    }

    /// What the model is told of the caller's choice; nil for what backends do by themselves, or when what was chosen is not
    /// offered.
    func choice(_ choice: ToolChoice) -> ChatRequest.ToolChoice? {
        switch choice {
        case .auto: nil
        case .none: ChatRequest.ToolChoice.none
        case .required: .required
        case .codeInterpreter, .fileSearch: forced(choice)
        case .function(let name): offered.contains { $0.name == name } ? .function(name) : nil
        }
    }

    private func forced(_ choice: ToolChoice) -> ChatRequest.ToolChoice? {
        let type = choice == .fileSearch ? "file_search" : "code_interpreter"
        return serverTools.first { $0.type == type }.map { .function($0.tool.function.name) }
    }
}
