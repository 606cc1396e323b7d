import AssistantsAPI

/// A thread as the facade shows it: `metadata` is null when none was given.
struct FacadeThread: JSONWritable {
    let thread: AssistantThread

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", thread.id)
        writer.member("object", "thread")
        writer.member("created_at", thread.createdAt)
        writer.member("metadata", thread.metadata)
        writer.endObject()
    }
}

/// A message as the facade shows it.
struct FacadeMessage: JSONWritable {
    let message: Message
    let links: FacadeFileLinks

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", message.id)
        writer.member("object", "thread.message")
        writer.member("created_at", message.createdAt)
        writer.member("thread_id", message.threadID)
        writer.member("role", message.role.rawValue)
        writer.key("content")
        writer.raw(links.json(of: message))
        writer.member("assistant_id", message.assistantID)
        writer.member("run_id", message.runID)
        writer.endObject()
    }
}

/// The answer to a chat.
struct ChatAnswer: JSONWritable {
    let message: Message
    let links: FacadeFileLinks

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("message")
        if let escaped = message.content.escapedText {
            writer.rawString(escaped)
        } else {
            writer.value(links.text(of: message))
        }
        writer.member("thread_id", message.threadID)
        writer.member("role", message.role.rawValue)
        writer.member("created_at", message.createdAt)
        writer.endObject()
    }
}
