/// A message of a thread.
package struct Message: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "msg_"

    package enum Role: String, Sendable, CaseIterable { case user, assistant }

    package var id: Identifier<Message>
    package var threadID: Identifier<AssistantThread>
    package var createdAt: Timestamp
    package var role: Role
    package var content: Content
    package var status: Status
    /// Set on messages that a run wrote.
    package var assistantID: Identifier<Assistant>?
    /// Set on messages that a run wrote.
    package var runID: Identifier<Run>?
    package var metadata: Metadata?
    /// Files that came with it, as the JSON array that the API shows; nil when there are none.
    package var attachmentsJSON: String?
    /// When it was complete or cut short; nil while it is being written.
    package var endedAt: Timestamp?

    package init(
        id: Identifier<Message>,
        threadID: Identifier<AssistantThread>,
        createdAt: Timestamp,
        role: Role,
        content: Content,
        status: Status = .completed,
        assistantID: Identifier<Assistant>? = nil,
        runID: Identifier<Run>? = nil,
        metadata: Metadata? = nil,
        attachmentsJSON: String? = nil,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.threadID = threadID
        self.createdAt = createdAt
        self.role = role
        self.content = content
        self.status = status
        self.assistantID = assistantID
        self.runID = runID
        self.metadata = metadata
        self.attachmentsJSON = attachmentsJSON
        self.endedAt = endedAt ?? (status == .inProgress ? nil : createdAt)
    }

    package enum Status: Sendable, Equatable {
        /// Being written by a run.
        case inProgress
        case completed
        /// Cut short for a reason as the API names it (`max_tokens`, `run_cancelled`, …).
        case incomplete(reason: IncompleteReason)

        package var name: String {
            switch self {
            case .inProgress: "in_progress"
            case .completed: "completed"
            case .incomplete: "incomplete"
            }
        }
    }

    package enum IncompleteReason: String, Sendable {
        case contentFilter = "content_filter"
        case maxTokens = "max_tokens"
        case runCancelled = "run_cancelled"
        case runExpired = "run_expired"
        case runFailed = "run_failed"
    }
}

extension Message: JSONWritable {
    /// The whole message object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.message")
        writer.member("created_at", createdAt)
        writer.member("assistant_id", assistantID)
        writer.member("thread_id", threadID)
        writer.member("run_id", runID)
        writer.member("status", status.name)
        writeOutcome(to: &writer)
        writer.member("role", role.rawValue)
        writer.key("content")
        writer.raw(content.json)
        writer.member("attachments", raw: attachmentsJSON ?? "[]")
        writer.member("metadata", metadata ?? Metadata())
        writer.endObject()
    }

    private func writeOutcome(to writer: inout JSONWriter) {
        var completedAt: Timestamp?
        var incompleteAt: Timestamp?
        var reason: IncompleteReason?
        switch status {
        case .inProgress: break
        case .completed: completedAt = endedAt
        case .incomplete(let why):
            incompleteAt = endedAt
            reason = why
        }
        writer.key("incomplete_details")
        if let reason {
            writer.beginObject()
            writer.member("reason", reason.rawValue)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.member("incomplete_at", incompleteAt)
        writer.member("completed_at", completedAt)
    }
}
