/// Something that a run did: it wrote a message, or it called tools.
package struct RunStep: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "step_"

    package enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed, failed, cancelled, expired
    }

    package enum Details: Sendable, Equatable {
        case messageCreation(Identifier<Message>)
        /// The calls of one answer of the model, in its order.
        case toolCalls([ToolCall])

        package var type: String {
            switch self {
            case .messageCreation: "message_creation"
            case .toolCalls: "tool_calls"
            }
        }
    }

    package var id: Identifier<RunStep>
    package var runID: Identifier<Run>
    package var threadID: Identifier<AssistantThread>
    package var assistantID: Identifier<Assistant>
    package var createdAt: Timestamp
    package var details: Details
    package var status: Status
    /// When it ended; nil while in progress.
    package var endedAt: Timestamp?
    /// The run's deadline while the run is active.
    package var expiresAt: Timestamp?
    package var lastError: Run.LastError?
    /// Known from the end of the model's answer on, and shown once the step has ended.
    package var usage: TokenUsage?
    /// The model's thinking that led to its calls, for backends that want it back with the outputs. Never shown.
    package var reasoning: String?

    package init(
        id: Identifier<RunStep>,
        run: Run,
        createdAt: Timestamp,
        details: Details,
        status: Status = .inProgress
    ) {
        self.id = id
        runID = run.id
        threadID = run.threadID
        assistantID = run.assistantID
        self.createdAt = createdAt
        self.details = details
        self.status = status
        expiresAt = run.state.lifetime?.expiresAt
    }

    package var messageID: Identifier<Message>? {
        if case .messageCreation(let id) = details { id } else { nil }
    }

    package var toolCalls: [ToolCall]? {
        if case .toolCalls(let calls) = details { calls } else { nil }
    }
}

extension RunStep: JSONWritable {
    /// The step without the texts of what its searches found.
    package func write(to writer: inout JSONWriter) { write(to: &writer, isDetailed: false) }

    /// The step with the texts of what its searches found.
    package var detailed: Detailed { Detailed(step: self) }

    package struct Detailed: JSONWritable, Sendable {
        package let step: RunStep

        package func write(to writer: inout JSONWriter) { step.write(to: &writer, isDetailed: true) }
    }

    private func write(to writer: inout JSONWriter, isDetailed: Bool) {
        func ended(_ status: Status) -> Timestamp? { self.status == status ? endedAt : nil }
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.run.step")
        writer.member("created_at", createdAt)
        writer.member("run_id", runID)
        writer.member("assistant_id", assistantID)
        writer.member("thread_id", threadID)
        writer.member("type", details.type)
        writer.member("status", status.rawValue)
        writer.member("cancelled_at", ended(.cancelled))
        writer.member("completed_at", ended(.completed))
        writer.member("expires_at", expiresAt)
        writer.member("expired_at", ended(.expired))
        writer.member("failed_at", ended(.failed))
        writer.member("last_error", lastError)
        writer.member("metadata", Metadata())
        writer.key("step_details")
        details.write(to: &writer, isDetailed: isDetailed)
        writer.member("usage", status == .inProgress ? nil : usage)
        writer.endObject()
    }
}

extension RunStep.Details {
    fileprivate func write(to writer: inout JSONWriter, isDetailed: Bool) {
        writer.beginObject()
        writer.member("type", type)
        switch self {
        case .messageCreation(let id):
            writer.key("message_creation")
            writer.beginObject()
            writer.member("message_id", id)
            writer.endObject()
        case .toolCalls(let calls):
            writer.key("tool_calls")
            writer.beginArray()
            for call in calls { call.write(to: &writer, isDetailed: isDetailed) }
            writer.endArray()
        }
        writer.endObject()
    }
}
