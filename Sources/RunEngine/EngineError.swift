import AssistantsAPI

/// Why the engine refuses what a caller asks. Each surface says it in its own shape.
package enum EngineError: Error, Sendable, Equatable {
    case threadNotFound(Identifier<AssistantThread>)
    case runNotFound(Identifier<Run>)
    case assistantNotFound(Identifier<Assistant>)
    case messageNotFound(Identifier<Message>)
    case runStepNotFound(Identifier<RunStep>)
    case runNotCancellable(Run.Status)
    /// A run works on the thread: no message may be added.
    case threadLocked(Identifier<AssistantThread>, by: Identifier<Run>)
    /// A run works on the thread: no other one may begin.
    case runActive(Identifier<Run>, on: Identifier<AssistantThread>)
    /// The run does not wait for outputs of tools.
    case runTakesNoOutputs(Run.Status)
    /// Outputs came for other calls than those that the run waits for.
    case wrongToolOutputs(expected: [String], got: [String])
    /// There is nothing to answer: the thread has no user message, the assistant no instructions.
    case nothingToRun
    /// A form of answers that goes with functions alone was asked of an assistant with other tools.
    case toolsForbidden(by: ResponseFormat)
    /// So many runs wait that another one is refused.
    case tooManyRuns(limit: Int)
    /// The data of so many requests is being analysed that another one is refused.
    case tooMuchData(limit: Int)
    /// The server is going down. What was stored goes on at its next start.
    case shuttingDown
    /// The thread was deleted while a run worked on it.
    case threadDeleted(Identifier<AssistantThread>)
}
