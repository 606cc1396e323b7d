import AssistantsAPI

/// The Chat Completions protocol: how a request is written. `ChatCompletionsStream` reads the answer.
///
/// Optional members are sent only when they are set, as many servers refuse those that they do not know.
package enum ChatCompletionsProtocol {
    package static func body(of request: ChatRequest, traits: BackendTraits) -> RequestBody {
        var body = RequestBody()
        var writer = JSONWriter(reservingCapacity: request.sizeToCopy + 1024)
        writer.beginObject()
        writer.member("model", request.model)
        writer.member("stream", true)
        if !traits.refusesStreamOptions { writer.member("stream_options", raw: #"{"include_usage":true}"#) }
        writer.key("messages")
        writer.beginArray()
        if let instructions = request.instructions, !instructions.text.isEmpty {
            writer.beginObject()
            writer.member("role", "system")
            writer.member("content", instructions)
            writer.endObject()
        }
        for item in request.items { write(item, traits: traits, to: &writer, &body) }
        writer.endArray()
        writeTools(of: request, to: &writer)
        writer.writeSampling(of: request)
        if let limit = request.maximumOutputTokens {
            writer.key(traits.usesOlderTokenLimit ? "max_tokens" : "max_completion_tokens")
            writer.value(limit)
        }
        if let effort = request.reasoningEffort { writer.member("reasoning_effort", effort) }
        if let format = request.responseFormat { write(format, to: &writer) }
        writer.endObject()
        body.append(&writer)
        return body
    }

    private static func write(role: String, content: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("role", role)
        writer.member("content", content)
        writer.endObject()
    }

    private static func write(
        _ item: ChatItem,
        traits: BackendTraits,
        to writer: inout JSONWriter,
        _ body: inout RequestBody
    ) {
        switch item {
        case .encoded(let messages): body.append(messages, behind: &writer)
        case .message(let role, let parts): writeMessage(role, parts, to: &writer)
        case .toolCalls(let calls, let reasoning): write(calls, reasoning, traits, to: &writer)
        case .toolOutput(let callID, let output):
            writer.beginObject()
            writer.member("role", "tool")
            writer.member("tool_call_id", callID)
            writer.member("content", output)
            writer.endObject()
        }
    }

    /// One text is written as a string, which every server takes; a refusal is an assistant's text like any other.
    private static func writeMessage(_ role: ChatItem.Role, _ parts: [ChatItem.Part], to writer: inout JSONWriter) {
        switch parts.first {
        case .text(let text)? where parts.count == 1, .refusal(let text)? where parts.count == 1:
            write(role: role.rawValue, content: text, to: &writer)
            return
        default: break
        }
        writer.beginObject()
        writer.member("role", role.rawValue)
        writer.key("content")
        writer.beginArray()
        for part in parts {
            writer.beginObject()
            switch part {
            case .text(let text), .refusal(let text):
                writer.member("type", "text")
                writer.member("text", text)
            case .image(let url, let detail):
                writer.member("type", "image_url")
                writer.key("image_url")
                writer.beginObject()
                writer.member("url", url)
                if let detail { writer.member("detail", detail) }
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private static func write(
        _ calls: [ChatItem.ToolCall],
        _ reasoning: String?,
        _ traits: BackendTraits,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("role", "assistant")
        writer.key("content")
        writer.null()
        if let reasoning {
            switch traits.reasoningMember {
            case .reasoning: writer.member("reasoning", reasoning)
            case .reasoningContent, nil: writer.member("reasoning_content", reasoning)
            }
        }
        writer.key("tool_calls")
        writer.beginArray()
        for call in calls {
            writer.beginObject()
            writer.member("id", call.id)
            writer.member("type", "function")
            writer.key("function")
            writer.beginObject()
            writer.member("name", call.name)
            writer.member("arguments", call.arguments.isEmpty ? "{}" : call.arguments)
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private static func writeTools(of request: ChatRequest, to writer: inout JSONWriter) {
        guard !request.tools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in request.tools {
            writer.beginObject()
            writer.member("type", "function")
            writer.key("function")
            writer.beginObject()
            writer.member("name", tool.name)
            if let description = tool.description { writer.member("description", description) }
            if !tool.parameters.isNull { writer.member("parameters", tool.parameters) }
            if tool.strict { writer.member("strict", true) }
            writer.endObject()
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
            writer.key("function")
            writer.beginObject()
            writer.member("name", name)
            writer.endObject()
            writer.endObject()
        }
        if let parallel = request.parallelToolCalls { writer.member("parallel_tool_calls", parallel) }
    }

    private static func write(_ format: ChatRequest.ResponseFormat, to writer: inout JSONWriter) {
        writer.key("response_format")
        writer.beginObject()
        switch format {
        case .jsonObject: writer.member("type", "json_object")
        case .jsonSchema(let name, let description, let schema, let strict):
            writer.member("type", "json_schema")
            writer.key("json_schema")
            writer.beginObject()
            writer.member("name", name)
            if let description { writer.member("description", description) }
            writer.member("schema", schema)
            if let strict { writer.member("strict", strict) }
            writer.endObject()
        }
        writer.endObject()
    }
}

extension JSONWriter {
    /// Members that both protocols call the same.
    mutating func writeSampling(of request: ChatRequest) {
        if let temperature = request.temperature { member("temperature", temperature) }
        if let topP = request.topP { member("top_p", topP) }
    }
}
