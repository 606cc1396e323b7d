/// What an assistant lends to its runs, copied when a run is created: later changes of the assistant leave it alone.
package struct RunSettings: Sendable, Equatable {
    /// The name that the caller uses; aliases are resolved when the model is called.
    package var model: String
    package var instructions: String?
    /// From 0 to 2; nil stands for the default, 1, and is not sent to the backend.
    package var temperature: Double?
    /// From 0 to 1; nil stands for the default, 1, and is not sent to the backend.
    package var topP: Double?

    package init(model: String, instructions: String?, temperature: Double? = nil, topP: Double? = nil) {
        self.model = model
        self.instructions = instructions
        self.temperature = temperature
        self.topP = topP
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text), let model = value["model"]?.stringValue else { return nil }
        self.init(
            model: model,
            instructions: value["instructions"]?.stringValue,
            temperature: value["temperature"]?.doubleValue,
            topP: value["top_p"]?.doubleValue
        )
    }
}

extension RunSettings: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("model", model)
        writer.member("instructions", instructions)
        writer.member("temperature", temperature)
        writer.member("top_p", topP)
        writer.endObject()
    }
}
