/// Which tools a model may or must use in the first answer of a run.
package enum ToolChoice: Sendable, Equatable {
    case none
    case auto
    /// One at least, whichever.
    case required
    case codeInterpreter
    case fileSearch
    case function(String)

    /// Reads what `write(to:)` has written; nil for anything else.
    init?(stored value: JSONValue) {
        switch value.stringValue ?? value["type"]?.stringValue {
        case "none": self = .none
        case "auto": self = .auto
        case "required": self = .required
        case "code_interpreter": self = .codeInterpreter
        case "file_search": self = .fileSearch
        case "function":
            guard let name = value["function"]?["name"]?.stringValue else { return nil }
            self = .function(name)
        default: return nil
        }
    }
}

extension ToolChoice: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .none: writer.value("none")
        case .auto: writer.value("auto")
        case .required: writer.value("required")
        case .codeInterpreter: writer.raw(#"{"type":"code_interpreter"}"#)
        case .fileSearch: writer.raw(#"{"type":"file_search"}"#)
        case .function(let name):
            writer.beginObject()
            writer.member("type", "function")
            writer.key("function")
            writer.beginObject()
            writer.member("name", name)
            writer.endObject()
            writer.endObject()
        }
    }
}
