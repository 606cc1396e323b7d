import AssistantsAPI

/// The Responses protocol: how a request is written. `ResponsesStream` reads the answer.
///
/// Nothing is stored at the backend and no item carries an id, so that a conversation never depends on its memory.
package enum ResponsesProtocol {
    /// The least that OpenAI accepts as `max_output_tokens`.
    static let minimumOutputTokens = 16

    package static func body(of request: ChatRequest) -> RequestBody {
        var body = RequestBody()
        var writer = JSONWriter(reservingCapacity: request.sizeToCopy + 1024)
        writer.beginObject()
        writer.member("model", request.model)
        writer.member("stream", true)
        writer.member("store", false)
        if let instructions = request.instructions, !instructions.text.isEmpty {
            writer.member("instructions", instructions)
        }
        writer.key("input")
        writer.beginArray()
        for item in request.items { write(item, to: &writer, &body) }
        writer.endArray()
        writeTools(of: request, to: &writer)
        writer.writeSampling(of: request)
        if let limit = request.maximumOutputTokens {
            writer.member("max_output_tokens", max(limit, minimumOutputTokens))
        }
        if let effort = request.reasoningEffort {
            writer.key("reasoning")
            writer.beginObject()
            writer.member("effort", effort)
            writer.endObject()
        }
        if let format = request.responseFormat { write(format, to: &writer) }
        writer.endObject()
        body.append(&writer)
        return body
    }

    private static func write(_ item: ChatItem, to writer: inout JSONWriter, _ body: inout RequestBody) {
        switch item {
        case .encoded(let messages): body.append(messages, behind: &writer)
        case .message(let role, let parts): writeMessage(role, parts, to: &writer)
        case .toolCalls(let calls, _):
            for call in calls { write(call, to: &writer) }
        case .toolOutput(let callID, let output):
            writer.beginObject()
            writer.member("type", "function_call_output")
            writer.member("call_id", callID)
            writer.member("output", output)
            writer.endObject()
        }
    }

    private static func write(_ call: ChatItem.ToolCall, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "function_call")
        writer.member("call_id", call.id)
        writer.member("name", call.name)
        writer.member("arguments", call.arguments.isEmpty ? "{}" : call.arguments)
        writer.endObject()
    }

    private static func writeMessage(_ role: ChatItem.Role, _ parts: [ChatItem.Part], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "message")
        writer.member("role", role.rawValue)
        writer.key("content")
        if parts.count == 1, case .text(let text)? = parts.first {
            writer.value(text)
        } else {
            writer.beginArray()
            for part in parts { write(part, of: role, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private static func write(_ part: ChatItem.Part, of role: ChatItem.Role, to writer: inout JSONWriter) {
        writer.beginObject()
        switch part {
        case .text(let text):
            writer.member("type", role == .user ? "input_text" : "output_text")
            writer.member("text", text)
        case .image(let url, let detail):
            writer.member("type", "input_image")
            writer.member("image_url", url)
            if let detail { writer.member("detail", detail) }
        case .refusal(let text):
            writer.member("type", "refusal")
            writer.member("refusal", text)
        }
        writer.endObject()
    }

    /// `strict` is always said, because the protocol takes its absence for yes.
    private static func writeTools(of request: ChatRequest, to writer: inout JSONWriter) {
        guard !request.tools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in request.tools {
            writer.beginObject()
            writer.member("type", "function")
            writer.member("name", tool.name)
            if let description = tool.description { writer.member("description", description) }
            if tool.parameters.isNull {
                writer.member("parameters", raw: #"{"type":"object","properties":{}}"#)
            } else {
                writer.member("parameters", tool.parameters)
            }
            writer.member("strict", tool.strict)
            writer.endObject()
        }
        writer.endArray()
        switch request.toolChoice {
        case nil: break
        case .none?: writer.member("tool_choice", "none")
        case .auto: writer.member("tool_choice", "auto")
        case .required: writer.member("tool_choice", "required")
        case .function(let name):
            writer.key("tool_choice")
            writer.beginObject()
            writer.member("type", "function")
            writer.member("name", name)
            writer.endObject()
        }
        if let parallel = request.parallelToolCalls { writer.member("parallel_tool_calls", parallel) }
    }

    private static func write(_ format: ChatRequest.ResponseFormat, to writer: inout JSONWriter) {
        writer.key("text")
        writer.beginObject()
        writer.key("format")
        writer.beginObject()
        switch format {
        case .jsonObject: writer.member("type", "json_object")
        case .jsonSchema(let name, let description, let schema, let strict):
            writer.member("type", "json_schema")
            writer.member("name", name)
            if let description { writer.member("description", description) }
            writer.member("schema", schema)
            if let strict { writer.member("strict", strict) }
        }
        writer.endObject()
        writer.endObject()
    }
}
