/// What happens during a run, in the words of the Assistants API's streams.
package enum StreamEvent: Sendable, Equatable {
    // Indirect, so that the many deltas of a log do not take the room of a run each.
    /// The thread that was created together with its first run.
    indirect case thread(AssistantThread)
    indirect case run(RunMoment, Run)
    indirect case step(StepMoment, RunStep)
    indirect case message(MessageMoment, Message)
    /// More of the message that is being written.
    case contentDelta(Identifier<Message>, ContentDelta)
    /// More of the tool calls that the model is writing.
    case toolCallDelta(Identifier<RunStep>, ToolCallDelta)

    package struct ContentDelta: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case text, refusal
            /// An image, whose file's id stands in place of a text.
            case imageFile
        }

        /// The content part that grows, counted from 0.
        package var index: Int
        package var kind: Kind
        package var text: String
        /// Whether this is the first piece of its part.
        package var isFirst: Bool
        /// What the piece stands for, if it is a marker as a whole, and the place of that among the part's annotations. With an
        /// empty text it is about what was told before.
        package var annotation: NumberedAnnotation?

        package init(
            index: Int = 0,
            kind: Kind = .text,
            text: String,
            isFirst: Bool,
            annotation: NumberedAnnotation? = nil
        ) {
            self.index = index
            self.kind = kind
            self.text = text
            self.isFirst = isFirst
            self.annotation = annotation
        }
    }

    /// Of class type, so that the many deltas without one do not take its room.
    package final class NumberedAnnotation: Sendable, Equatable {
        package let index: Int
        package let annotation: Message.Annotation

        package init(_ annotation: Message.Annotation, index: Int) {
            self.index = index
            self.annotation = annotation
        }

        package static func == (left: NumberedAnnotation, right: NumberedAnnotation) -> Bool {
            left.index == right.index && left.annotation == right.annotation
        }
    }

    package enum ToolCallDelta: Sendable, Equatable {
        /// A call begins; the arguments of a function, or the code, follow. `index` counts the calls of the step from 0.
        indirect case began(index: Int, ToolCall)
        case arguments(index: Int, String)
        /// More of the code that the server is to run.
        case code(index: Int, String)
        /// What came of code; `number` counts the outputs of the call from 0.
        indirect case output(index: Int, number: Int, CodeInterpreterCall.Output)
    }

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

        /// The event that tells that a step has come to `status`.
        package init(reached status: RunStep.Status) {
            switch status {
            case .inProgress: self = .inProgress
            case .completed: self = .completed
            case .failed: self = .failed
            case .cancelled: self = .cancelled
            case .expired: self = .expired
            }
        }
    }

    package enum MessageMoment: String, Sendable {
        case created = "thread.message.created"
        case inProgress = "thread.message.in_progress"
        case completed = "thread.message.completed"
        case incomplete = "thread.message.incomplete"

        /// The event that tells that a message has come to `status`.
        package init(reached status: Message.Status) {
            switch status {
            case .inProgress: self = .inProgress
            case .completed: self = .completed
            case .incomplete: self = .incomplete
            }
        }
    }

    /// The event's name in a stream.
    package var name: String {
        switch self {
        case .thread: "thread.created"
        case .run(let moment, _): moment.rawValue
        case .step(let moment, _): moment.rawValue
        case .message(let moment, _): moment.rawValue
        case .contentDelta: "thread.message.delta"
        case .toolCallDelta: "thread.run.step.delta"
        }
    }
}
