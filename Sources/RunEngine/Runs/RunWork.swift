import AssistantsAPI
import Storage

/// A run on its way to a worker.
struct RunWork: Sendable {
    enum Origin: Sendable {
        /// Just created, and stored as being at work while the model is asked already. `input` are the messages that
        /// came with it, `profile` describes the data that did.
        case fresh(input: [PendingMessage], profile: String?, isNewThread: Bool)
        /// Stored before: it waited for its thread, or its process died.
        case stored
    }

    let live: LiveRun
    /// The run as it will be, or was, stored; for a stored one the row is read again.
    var run: Run
    var origin: Origin
}
