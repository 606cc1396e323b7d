/// A conversation. (`Thread` alone is Foundation's word.)
package struct AssistantThread: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "thread_"

    package var id: Identifier<AssistantThread>
    package var createdAt: Timestamp
    /// Nil when none was ever given.
    package var metadata: Metadata?
    /// Files and vector stores that the tools of its runs may use beside the assistant's.
    package var toolResources: ToolResources

    package init(
        id: Identifier<AssistantThread>,
        createdAt: Timestamp,
        metadata: Metadata? = nil,
        toolResources: ToolResources = ToolResources()
    ) {
        self.id = id
        self.createdAt = createdAt
        self.metadata = metadata
        self.toolResources = toolResources
    }
}

extension AssistantThread: JSONWritable {
    /// The thread object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread")
        writer.member("created_at", createdAt)
        writer.member("metadata", metadata ?? Metadata())
        writer.member("tool_resources", toolResources)
        writer.endObject()
    }
}
