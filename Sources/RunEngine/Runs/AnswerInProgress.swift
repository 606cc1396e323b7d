import AssistantsAPI
import ModelProviders
import Synchronization

/// The message that a run is writing: its text so far, and the events that tell of it.
final class AnswerInProgress: Sendable {
    /// A backend that does not stop must not take all memory.
    static let maximumBytes = 16 << 20

    struct Snapshot: Sendable {
        var message: Message
        var step: RunStep
        var text: String
    }

    private struct State {
        var text = ""
        var step: RunStep?
        var message: Message?
    }

    private let run: Run
    private let live: LiveRun
    private let ids: IDGenerator
    private let clock: WallClock
    private let state = Mutex(State())

    init(run: Run, live: LiveRun, ids: IDGenerator, clock: WallClock) {
        self.run = run
        self.live = live
        self.ids = ids
        self.clock = clock
    }

    /// Takes a part of the answer. Thinking is dropped: it belongs in no message.
    func receive(_ event: ChatEvent) {
        switch event {
        case .text(let text), .refusal(let text): append(text)
        case .reasoning, .toolCallStarted, .toolCallArguments: break
        }
    }

    private func append(_ text: String) {
        guard !text.isEmpty else { return }
        let events: [StreamEvent]? = state.withLock { state in
            guard state.text.utf8.count + text.utf8.count <= Self.maximumBytes else { return nil }
            state.text += text
            if let message = state.message {
                return [.textDelta(messageID: message.id, text: text, isFirst: false)]
            }
            return begin(&state, with: text)
        }
        if let events { live.publish(events) } else { live.interrupt(.excess) }
    }

    /// The step and the message begin with the first text, so that an answer that never comes leaves no empty message.
    private func begin(_ state: inout State, with text: String) -> [StreamEvent] {
        let now = clock.now()
        let message = Message(
            id: ids.next(),
            threadID: run.threadID,
            createdAt: now,
            role: .assistant,
            content: Message.Content(storedJSON: "[]"),
            status: .inProgress,
            assistantID: run.assistantID,
            runID: run.id
        )
        let step = RunStep(id: ids.next(), run: run, createdAt: now, messageID: message.id)
        state.message = message
        state.step = step
        return [
            .step(.created, step), .step(.inProgress, step), .message(.created, message),
            .message(.inProgress, message), .textDelta(messageID: message.id, text: text, isFirst: true),
        ]
    }

    /// What there is of the answer: its message and step, still in progress, and its text. Nil when nothing came.
    func snapshot() -> Snapshot? {
        state.withLock { state in
            guard let message = state.message, let step = state.step else { return nil }
            return Snapshot(message: message, step: step, text: state.text)
        }
    }
}
