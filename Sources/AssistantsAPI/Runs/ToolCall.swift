/// A call of a tool in an answer of a model: of a function, which the caller runs or the server does in its place, or of a tool
/// that the server runs itself.
package enum ToolCall: Sendable, Equatable {
    case function(FunctionCall)
    case fileSearch(FileSearchCall)
    case codeInterpreter(CodeInterpreterCall)

    /// `call_…`, from the backend or made here.
    package var id: String {
        switch self {
        case .function(let call): call.id
        case .fileSearch(let call): call.id
        case .codeInterpreter(let call): call.id
        }
    }

    /// Its name in the API.
    package var type: String {
        switch self {
        case .function: "function"
        case .fileSearch: "file_search"
        case .codeInterpreter: "code_interpreter"
        }
    }

    /// JSON text as the model wrote it, even when it is malformed; of code, the code itself.
    package var arguments: String {
        get {
            switch self {
            case .function(let call): call.arguments
            case .fileSearch(let call): call.arguments
            case .codeInterpreter(let call): call.input
            }
        }
        set {
            switch self {
            case .function(var call):
                call.arguments = newValue
                self = .function(call)
            case .fileSearch(var call):
                call.arguments = newValue
                self = .fileSearch(call)
            case .codeInterpreter(var call):
                call.input = newValue
                self = .codeInterpreter(call)
            }
        }
    }

    /// The call if it is one of a function.
    package var function: FunctionCall? {
        if case .function(let call) = self { call } else { nil }
    }

    /// The call if its caller is still to run it: what the server runs itself, or has been run, has an output.
    package var openFunction: FunctionCall? { function.flatMap { $0.output == nil ? $0 : nil } }

    /// The call if it is code.
    package var code: CodeInterpreterCall? {
        if case .codeInterpreter(let call) = self { call } else { nil }
    }

    /// The call as it was told of when it began: nothing has come of it yet.
    package var begun: ToolCall {
        switch self {
        case .function(let call): .function(FunctionCall(id: call.id, name: call.name))
        case .fileSearch(let call):
            .fileSearch(FileSearchCall(id: call.id, ranker: call.ranker, scoreThreshold: call.scoreThreshold))
        case .codeInterpreter(let call): .codeInterpreter(CodeInterpreterCall(id: call.id))
        }
    }
}

extension ToolCall {
    /// Reads what `storedJSON(of:)` has written, or what a run step of the API shows; nil for anything else.
    package init?(stored value: JSONValue) {
        switch value["type"]?.stringValue {
        case "function": self.init(FunctionCall(stored: value), ToolCall.function)
        case "file_search": self.init(FileSearchCall(stored: value), ToolCall.fileSearch)
        case "code_interpreter": self.init(CodeInterpreterCall(stored: value), ToolCall.codeInterpreter)
        default: return nil
        }
    }

    private init?<Call>(_ call: Call?, _ make: (Call) -> ToolCall) {
        guard let call else { return nil }
        self = make(call)
    }

    /// Reads a JSON array of calls; nil for anything else.
    package static func list(storedJSON text: String) -> [ToolCall]? {
        guard let values = (try? JSONValue(parsing: text))?.arrayValue else { return nil }
        let calls = values.compactMap(ToolCall.init(stored:))
        return calls.count == values.count ? calls : nil
    }

    /// Calls as a JSON array that holds all that is known of them.
    package static func storedJSON(of calls: [ToolCall]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for call in calls {
            switch call {
            case .function(let call): writer.value(call)
            case .fileSearch(let call): call.writeStored(to: &writer)
            case .codeInterpreter(let call): call.writeStored(to: &writer)
            }
        }
        writer.endArray()
        return writer.text
    }

    /// The call as a run step shows it.
    /// - Parameter isDetailed: whether the texts of what was found are shown, which callers must ask for.
    func write(to writer: inout JSONWriter, isDetailed: Bool) {
        writer.beginObject()
        writeMembers(to: &writer, isDetailed: isDetailed)
        writer.endObject()
    }

    func writeMembers(to writer: inout JSONWriter, isDetailed: Bool) {
        writer.member("id", id)
        writer.member("type", type)
        switch self {
        case .function(let call): call.writeFunction(withOutput: true, to: &writer)
        case .fileSearch(let call): call.writeSearch(isDetailed: isDetailed, to: &writer)
        case .codeInterpreter(let call): call.writeCode(to: &writer)
        }
    }
}
