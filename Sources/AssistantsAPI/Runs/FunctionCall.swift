/// A function that a model wants called.
package struct FunctionCall: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "call_"

    /// `call_…`, from the backend or made here.
    package var id: String
    package var name: String
    /// JSON text as the model wrote it, even when it is malformed.
    package var arguments: String
    /// Nil until the caller has delivered it.
    package var output: String?

    package init(id: String, name: String, arguments: String = "", output: String? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.output = output
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(stored value: JSONValue) {
        guard let id = value["id"]?.stringValue, let function = value["function"],
            let name = function["name"]?.stringValue, let arguments = function["arguments"]?.stringValue
        else { return nil }
        self.init(id: id, name: name, arguments: arguments, output: function["output"]?.stringValue)
    }

    /// Reads a JSON array of calls; nil for anything else.
    package static func list(storedJSON text: String) -> [FunctionCall]? {
        guard let values = (try? JSONValue(parsing: text))?.arrayValue else { return nil }
        let calls = values.compactMap(FunctionCall.init(stored:))
        return calls.count == values.count ? calls : nil
    }

    /// The call as a run's `required_action` shows it: there is no output yet.
    func writeRequest(to writer: inout JSONWriter) { write(withOutput: false, to: &writer) }

    private func write(withOutput: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("type", "function")
        writeFunction(withOutput: withOutput, to: &writer)
        writer.endObject()
    }

    /// The member `function` of the call.
    func writeFunction(withOutput: Bool, to writer: inout JSONWriter) {
        writer.key("function")
        writer.beginObject()
        writer.member("name", name)
        writer.member("arguments", arguments)
        if withOutput { writer.member("output", output) }
        writer.endObject()
    }
}

extension FunctionCall: JSONWritable {
    /// The call as a run step shows it.
    package func write(to writer: inout JSONWriter) { write(withOutput: true, to: &writer) }
}
