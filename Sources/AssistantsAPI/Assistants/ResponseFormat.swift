/// The form that a model's answer must have.
package enum ResponseFormat: Sendable, Equatable {
    /// The model's choice.
    case auto
    case text
    case jsonObject
    case jsonSchema(Schema)

    package struct Schema: Sendable, Equatable {
        /// Of `a-z`, `A-Z`, `0-9`, `_` and `-`, at most 64 characters.
        package var name: String
        package var description: String?
        /// Nil when the caller gave none.
        package var schema: JSONValue?
        package var strict: Bool?

        package init(name: String, description: String? = nil, schema: JSONValue? = nil, strict: Bool? = nil) {
            self.name = name
            self.description = description
            self.schema = schema
            self.strict = strict
        }
    }

    /// Its name in the API.
    package var type: String {
        switch self {
        case .auto: "auto"
        case .text: "text"
        case .jsonObject: "json_object"
        case .jsonSchema: "json_schema"
        }
    }

    /// Whether the answer must be JSON, which an assistant with other tools than functions cannot promise.
    package var isJSON: Bool {
        switch self {
        case .auto, .text: false
        case .jsonObject, .jsonSchema: true
        }
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    init?(stored value: JSONValue) {
        if value.stringValue == "auto" {
            self = .auto
            return
        }
        switch value["type"]?.stringValue {
        case "text": self = .text
        case "json_object": self = .jsonObject
        case "json_schema":
            guard let schema = value["json_schema"], let name = schema["name"]?.stringValue else { return nil }
            self = .jsonSchema(
                Schema(
                    name: name,
                    description: schema["description"]?.stringValue,
                    schema: schema["schema"],
                    strict: schema["strict"]?.boolValue
                )
            )
        default: return nil
        }
    }
}

extension ResponseFormat: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .auto: writer.value("auto")
        case .text: writer.raw(#"{"type":"text"}"#)
        case .jsonObject: writer.raw(#"{"type":"json_object"}"#)
        case .jsonSchema(let schema):
            writer.beginObject()
            writer.member("type", "json_schema")
            writer.key("json_schema")
            writer.beginObject()
            writer.member("name", schema.name)
            if let description = schema.description { writer.member("description", description) }
            if let body = schema.schema { writer.member("schema", body) }
            if let strict = schema.strict { writer.member("strict", strict) }
            writer.endObject()
            writer.endObject()
        }
    }
}
