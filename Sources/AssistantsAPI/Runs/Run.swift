/// One piece of work on a thread: the assistant reads the conversation and answers.
package struct Run: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "run_"

    package let id: Identifier<Run>
    package let threadID: Identifier<AssistantThread>
    package let assistantID: Identifier<Assistant>
    package let createdAt: Timestamp
    package let settings: RunSettings
    package var metadata: Metadata?
    package private(set) var state: State

    package init(
        id: Identifier<Run>,
        threadID: Identifier<AssistantThread>,
        assistantID: Identifier<Assistant>,
        createdAt: Timestamp,
        settings: RunSettings,
        metadata: Metadata? = nil,
        state: State
    ) {
        self.id = id
        self.threadID = threadID
        self.assistantID = assistantID
        self.createdAt = createdAt
        self.settings = settings
        self.metadata = metadata
        self.state = state
    }

    /// A picture of the run in another state of its life, for those who are told of it from its beginning.
    package func pictured(in state: State) -> Run {
        Run(
            id: id,
            threadID: threadID,
            assistantID: assistantID,
            createdAt: createdAt,
            settings: settings,
            metadata: metadata,
            state: state
        )
    }

    /// Moves the run on. This is the only way to change its state.
    package mutating func apply(_ event: Event) throws(InvalidTransition) {
        state = try state.after(event)
    }
}
