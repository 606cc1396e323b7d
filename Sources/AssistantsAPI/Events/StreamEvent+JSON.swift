extension StreamEvent {
    /// The event's data, with the texts of what searches found.
    package var detailed: Detailed { Detailed(event: self) }

    package struct Detailed: JSONWritable {
        fileprivate let event: StreamEvent

        package func write(to writer: inout JSONWriter) {
            if case .step(_, let step) = event { writer.value(step.detailed) } else { writer.value(event) }
        }
    }
}

extension StreamEvent: JSONWritable {
    /// The event's data.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .thread(let thread): writer.value(thread)
        case .run(_, let run): writer.value(run)
        case .step(_, let step): writer.value(step)
        case .message(_, let message): writer.value(message)
        case .contentDelta(let id, let delta): Self.write(delta, of: id, to: &writer)
        case .toolCallDelta(let id, let delta): Self.write(delta, of: id, to: &writer)
        }
    }

    /// Clients append the texts of deltas: everything but the text is said once, with the first piece of a part.
    private static func write(_ delta: ContentDelta, of id: Identifier<Message>, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.message.delta")
        writer.key("delta")
        writer.beginObject()
        writer.key("content")
        writer.beginArray()
        writer.beginObject()
        writer.member("index", delta.index)
        switch delta.kind {
        case .text:
            writer.member("type", "text")
            writer.key("text")
            writer.beginObject()
            writer.member("value", delta.text)
            if delta.isFirst || delta.annotation != nil {
                writer.key("annotations")
                writer.beginArray()
                if let numbered = delta.annotation {
                    numbered.annotation.writeDelta(index: numbered.index, to: &writer)
                }
                writer.endArray()
            }
            writer.endObject()
        case .refusal:
            writer.member("type", "refusal")
            writer.member("refusal", delta.text)
        case .imageFile:
            writer.member("type", "image_file")
            writer.key("image_file")
            writer.beginObject()
            writer.member("file_id", delta.text)
            writer.member("detail", "auto")
            writer.endObject()
        }
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ delta: ToolCallDelta, of id: Identifier<RunStep>, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.run.step.delta")
        writer.key("delta")
        writer.beginObject()
        writer.key("step_details")
        writer.beginObject()
        writer.member("type", "tool_calls")
        writer.key("tool_calls")
        writer.beginArray()
        writer.value(delta)
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}

extension StreamEvent.ToolCallDelta: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .began(let index, let call):
            writer.member("index", index)
            call.begun.writeMembers(to: &writer, isDetailed: false)
        case .arguments(let index, let text):
            writer.member("index", index)
            writer.member("type", "function")
            writer.key("function")
            writer.beginObject()
            writer.member("arguments", text)
            writer.endObject()
        case .code(let index, let text):
            writer.member("index", index)
            writer.member("type", "code_interpreter")
            writer.key("code_interpreter")
            writer.beginObject()
            writer.member("input", text)
            writer.endObject()
        case .output(let index, let number, let output):
            writer.member("index", index)
            writer.member("type", "code_interpreter")
            writer.key("code_interpreter")
            writer.beginObject()
            writer.key("outputs")
            writer.beginArray()
            writer.beginObject()
            writer.member("index", number)
            output.writeMembers(to: &writer)
            writer.endObject()
            writer.endArray()
            writer.endObject()
        }
        writer.endObject()
    }
}
