import AssistantsAPI

/// A message that joins its thread when the run it came with begins: until then the run before it is not done.
package struct PendingMessage: Sendable, Equatable {
    package var id: Identifier<Message>
    package var role: Message.Role
    package var content: Message.Content
    package var metadata: Metadata?
    /// Files that come with it, as the JSON array that the API shows; nil when there are none.
    package var attachmentsJSON: String?

    package init(
        id: Identifier<Message>,
        role: Message.Role,
        content: Message.Content,
        metadata: Metadata? = nil,
        attachmentsJSON: String? = nil
    ) {
        self.id = id
        self.role = role
        self.content = content
        self.metadata = metadata
        self.attachmentsJSON = attachmentsJSON
    }

    /// The message once it has joined a thread.
    package func joined(_ thread: Identifier<AssistantThread>, at time: Timestamp) -> Message {
        Message(
            id: id,
            threadID: thread,
            createdAt: time,
            role: role,
            content: content,
            metadata: metadata,
            attachmentsJSON: attachmentsJSON
        )
    }

    static func encode(_ messages: [PendingMessage]) -> String? {
        guard !messages.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for message in messages {
            writer.beginObject()
            writer.member("id", message.id)
            writer.member("role", message.role.rawValue)
            writer.member("content", message.content.json)
            writer.member("metadata", message.metadata?.jsonText)
            if let attachments = message.attachmentsJSON { writer.member("attachments", attachments) }
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }

    static func decode(_ text: String) -> [PendingMessage] {
        let elements = (try? JSONValue(parsing: text))?.arrayValue ?? []
        return elements.compactMap { element in
            guard let id = element["id"]?.stringValue, let content = element["content"]?.stringValue,
                let role = element["role"]?.stringValue.flatMap(Message.Role.init)
            else { return nil }
            return PendingMessage(
                id: Identifier(id),
                role: role,
                content: Message.Content(storedJSON: content),
                metadata: element["metadata"]?.stringValue.flatMap(Metadata.init(storedJSON:)),
                attachmentsJSON: element["attachments"]?.stringValue
            )
        }
    }
}
