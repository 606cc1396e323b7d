/// A conversation. (`Thread` alone is Foundation's word.)
package struct AssistantThread: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "thread_"

    package var id: Identifier<AssistantThread>
    package var createdAt: Timestamp
    /// Nil when none was ever given.
    package var metadata: Metadata?

    package init(id: Identifier<AssistantThread>, createdAt: Timestamp, metadata: Metadata? = nil) {
        self.id = id
        self.createdAt = createdAt
        self.metadata = metadata
    }
}
