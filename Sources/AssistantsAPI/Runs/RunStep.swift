/// Something that a run did. For now a run has one kind of step: it wrote a message.
package struct RunStep: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "step_"

    package enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed, failed, cancelled, expired
    }

    package var id: Identifier<RunStep>
    package var runID: Identifier<Run>
    package var threadID: Identifier<AssistantThread>
    package var assistantID: Identifier<Assistant>
    package var createdAt: Timestamp
    package var messageID: Identifier<Message>
    package var status: Status
    /// When it ended; nil while in progress.
    package var endedAt: Timestamp?
    /// The run's deadline while the run is active.
    package var expiresAt: Timestamp?
    package var lastError: Run.LastError?
    package var usage: TokenUsage?

    package init(
        id: Identifier<RunStep>,
        run: Run,
        createdAt: Timestamp,
        messageID: Identifier<Message>,
        status: Status = .inProgress
    ) {
        self.id = id
        runID = run.id
        threadID = run.threadID
        assistantID = run.assistantID
        self.createdAt = createdAt
        self.messageID = messageID
        self.status = status
        expiresAt = run.state.lifetime?.expiresAt
    }
}

extension RunStep: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        func ended(_ status: Status) -> Timestamp? { self.status == status ? endedAt : nil }
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.run.step")
        writer.member("created_at", createdAt)
        writer.member("run_id", runID)
        writer.member("assistant_id", assistantID)
        writer.member("thread_id", threadID)
        writer.member("type", "message_creation")
        writer.member("status", status.rawValue)
        writer.member("cancelled_at", ended(.cancelled))
        writer.member("completed_at", ended(.completed))
        writer.member("expires_at", expiresAt)
        writer.member("expired_at", ended(.expired))
        writer.member("failed_at", ended(.failed))
        writer.member("last_error", lastError)
        writer.member("metadata", Metadata())
        writer.key("step_details")
        writer.beginObject()
        writer.member("type", "message_creation")
        writer.key("message_creation")
        writer.beginObject()
        writer.member("message_id", messageID)
        writer.endObject()
        writer.endObject()
        writer.member("usage", usage)
        writer.endObject()
    }
}
