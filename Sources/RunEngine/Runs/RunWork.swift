import AssistantsAPI
import Storage

/// A run on its way to a worker. A class, so that the tasks that hold it while a model thinks hold one word.
final class RunWork: Sendable {
    enum Origin: Sendable {
        /// Just created, and stored as being at work while the model is asked already: `run` is as it will be stored.
        /// `input` are the messages that came with it, `profile` describes the data that did; `project` is the caller's,
        /// whose the thread may turn out not to be.
        case fresh(run: Run, input: [PendingMessage], profile: String?, isNewThread: Bool, project: ProjectID)
        /// Stored before: it waited for its thread, or its process died.
        case stored
        /// The outputs that it waited for have come, and it is stored as being at work.
        case resumed(RunExecution.Begun)
    }

    let live: LiveRun
    let origin: Origin

    init(live: LiveRun, origin: Origin) {
        self.live = live
        self.origin = origin
    }
}
