import AssistantsAPI
import Storage

/// A run on its way to a worker. A class, so that the tasks that hold it while a model thinks hold one word.
final class RunWork: Sendable {
    enum Origin: Sendable {
        /// Just created, and stored as being at work while the model is asked already. `input` are the messages that
        /// came with it, `profile` describes the data that did.
        case fresh(input: [PendingMessage], profile: String?, isNewThread: Bool)
        /// Stored before: it waited for its thread, or its process died.
        case stored
    }

    let live: LiveRun
    /// The run as it will be, or was, stored; for a stored one the row is read again.
    let run: Run
    let origin: Origin

    init(live: LiveRun, run: Run, origin: Origin) {
        self.live = live
        self.run = run
        self.origin = origin
    }
}
