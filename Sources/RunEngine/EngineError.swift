import AssistantsAPI

/// Why the engine refuses what a caller asks. Each surface says it in its own shape.
package enum EngineError: Error, Sendable, Equatable {
    case threadNotFound(Identifier<AssistantThread>)
    case runNotFound(Identifier<Run>)
    case assistantNotFound(Identifier<Assistant>)
    case runNotCancellable(Run.Status)
    /// So many runs wait that another one is refused.
    case tooManyRuns(limit: Int)
    /// The data of so many requests is being analysed that another one is refused.
    case tooMuchData(limit: Int)
    /// The server is going down. What was stored goes on at its next start.
    case shuttingDown
    /// The thread was deleted while a run worked on it.
    case threadDeleted(Identifier<AssistantThread>)
}
