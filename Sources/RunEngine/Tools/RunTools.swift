import AssistantsAPI
import ModelProviders

/// The tools that a model is offered in a run: the caller's functions, and those that the server runs. A class, as a run that
/// waits for its model keeps them.
final class RunTools: Sendable {
    let functions: [Tool.Function]
    /// The caller's kind of tool and ours for it.
    let serverTools: [(type: String, tool: any ServerTool)]
    /// The interpreter among them, whose files answers may link.
    let code: CodeTool?

    /// A tool that there is nothing to use for: it is not offered, and says so when it is called all the same.
    let idleTool: (any ServerTool)?
    /// What the model is told of the thread's data, in place of their profile; nil when that stays.
    let dataDescription: String?

    static let none = RunTools(functions: [])

    /// Not inlined, as who makes tools waits for some of them.
    ///
    /// - Parameter data: queries of the thread's data, and whether they are asked for: with nothing to query they are idle.
    @inline(never)
    init(
        functions: [Tool.Function],
        code: CodeTool? = nil,
        data: QueryDataTool? = nil,
        asksForData: Bool = false,
        search: (any ServerTool)? = nil
    ) {
        self.functions = functions
        self.code = code
        var serverTools: [(type: String, tool: any ServerTool)] = []
        if let code { serverTools.append(("code_interpreter", code)) }
        if let data { serverTools.append(("function", data)) }
        if let search { serverTools.append(("file_search", search)) }
        self.serverTools = serverTools
        idleTool = asksForData && data == nil ? IdleQueryData() : nil
        dataDescription = data?.description
    }

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
