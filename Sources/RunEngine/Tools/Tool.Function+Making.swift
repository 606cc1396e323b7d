import AssistantsAPI

extension Tool.Function {
    /// What a function takes that has one argument, which it needs.
    ///
    /// - Parameter schema: The argument's JSON Schema.
    static func parameters(_ argument: String, _ schema: JSONObject) -> JSONValue {
        .object(
            JSONObject([
                ("type", .string("object")),
                ("properties", .object(JSONObject([(argument, .object(schema))]))),
                ("required", .array([.string(argument)])),
            ])
        )
    }

    /// The name for a function of the server's; another one where the caller has a function of that name.
    static func freeName(_ wanted: String, beside tools: [Tool]) -> String {
        var name = wanted
        let taken = tools.compactMap { if case .function(let function) = $0 { function.name } else { nil } }
        while taken.contains(name) { name += "_" }
        return name
    }
}
