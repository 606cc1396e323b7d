import AssistantsAPI
import ModelProviders

/// How a run ended, for those who waited for it.
package final class RunOutcome: Sendable {
    /// The run in its last state.
    package let run: Run
    /// What the assistant said, if it said anything.
    package let answer: Message?
    /// What the model's backend had to say when it failed.
    package let modelError: ModelError?

    package init(run: Run, answer: Message? = nil, modelError: ModelError? = nil) {
        self.run = run
        self.answer = answer
        self.modelError = modelError
    }
}
