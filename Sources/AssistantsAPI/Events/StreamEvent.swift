/// What happens during a run, in the words of the Assistants API's streams.
package enum StreamEvent: Sendable, Equatable {
    // Indirect, so that the many deltas of a log do not take the room of a run each.
    indirect case run(RunMoment, Run)
    indirect case step(StepMoment, RunStep)
    indirect case message(MessageMoment, Message)
    /// More text of the message that is being written; `isFirst` marks its first piece.
    case textDelta(messageID: Identifier<Message>, text: String, isFirst: Bool)
    /// Nothing more will come.
    case done

    package enum RunMoment: String, Sendable {
        case created = "thread.run.created"
        case queued = "thread.run.queued"
        case inProgress = "thread.run.in_progress"
        case requiresAction = "thread.run.requires_action"
        case completed = "thread.run.completed"
        case incomplete = "thread.run.incomplete"
        case failed = "thread.run.failed"
        case cancelling = "thread.run.cancelling"
        case cancelled = "thread.run.cancelled"
        case expired = "thread.run.expired"

        /// The event that tells that a run has come to `status`.
        package init(reached status: Run.Status) {
            switch status {
            case .queued: self = .queued
            case .inProgress: self = .inProgress
            case .requiresAction: self = .requiresAction
            case .cancelling: self = .cancelling
            case .cancelled: self = .cancelled
            case .failed: self = .failed
            case .completed: self = .completed
            case .incomplete: self = .incomplete
            case .expired: self = .expired
            }
        }
    }

    package enum StepMoment: String, Sendable {
        case created = "thread.run.step.created"
        case inProgress = "thread.run.step.in_progress"
        case completed = "thread.run.step.completed"
        case failed = "thread.run.step.failed"
        case cancelled = "thread.run.step.cancelled"
        case expired = "thread.run.step.expired"
    }

    package enum MessageMoment: String, Sendable {
        case created = "thread.message.created"
        case inProgress = "thread.message.in_progress"
        case completed = "thread.message.completed"
        case incomplete = "thread.message.incomplete"
    }

    /// The event's name in a stream.
    package var name: String {
        switch self {
        case .run(let moment, _): moment.rawValue
        case .step(let moment, _): moment.rawValue
        case .message(let moment, _): moment.rawValue
        case .textDelta: "thread.message.delta"
        case .done: "done"
        }
    }
}

extension StreamEvent: JSONWritable {
    /// The event's data. The end of a stream is the bare word `[DONE]`, which is no JSON.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .run(_, let run): writer.value(run)
        case .step(_, let step): writer.value(step)
        case .message(_, let message): writer.value(message)
        case .textDelta(let messageID, let text, let isFirst):
            writer.beginObject()
            writer.member("id", messageID)
            writer.member("object", "thread.message.delta")
            writer.key("delta")
            writer.beginObject()
            writer.key("content")
            writer.beginArray()
            writer.beginObject()
            writer.member("index", 0)
            writer.member("type", "text")
            writer.key("text")
            writer.beginObject()
            writer.member("value", text)
            if isFirst { writer.member("annotations", raw: "[]") }
            writer.endObject()
            writer.endObject()
            writer.endArray()
            writer.endObject()
            writer.endObject()
        case .done: writer.raw("[DONE]")
        }
    }
}
