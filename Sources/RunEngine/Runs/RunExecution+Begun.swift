import AssistantsAPI
import Retrieval
import Storage

extension RunExecution {
    /// A run that is at work, and the right to move it on.
    final class Begun: Sendable {
        let run: Run
        let claim: RunClaim
        /// What was said just now, and may not be on disk yet.
        let input: [PendingMessage]
        /// Describes the data that came with the run.
        let profile: String?
        let isNewThread: Bool
        /// Whose the thread must be; nil when that is certain.
        let project: ProjectID?
        /// What the run did before.
        let past: RunPast

        init(
            run: Run,
            claim: RunClaim,
            input: [PendingMessage] = [],
            profile: String? = nil,
            isNewThread: Bool = false,
            project: ProjectID? = nil,
            past: RunPast? = nil
        ) {
            self.run = run
            self.claim = claim
            self.input = input
            self.profile = profile
            self.isNewThread = isNewThread
            self.project = project
            self.past = past ?? RunPast(startOf: run)
        }
    }
}

extension RunExecution.Begun {
    /// Whether all that came with a new thread surely fits the model's context and the run's own limits. A token has a
    /// byte at least.
    func fits(_ contextTokens: Int) -> Bool {
        guard case .auto = run.settings.truncation, run.settings.maxPromptTokens == nil else { return false }
        let bytes = (run.settings.instructions?.utf8.count ?? 0) + (profile?.utf8.count ?? 0)
        return input.reduce(bytes) { $0 + $1.content.json.utf8.count } < contextTokens / 10 * 9
    }

    /// The budget of tokens that the run has used up already; nil when another answer may be asked for.
    var exhaustedBudget: Run.IncompleteReason? {
        if let limit = run.settings.maxPromptTokens {
            // Instructions and what the run itself said and heard are never left out.
            let fixed = run.settings.preparedInstructions?.tokens(by: TokenEstimate.tokens(in:)) ?? 0
            if past.usage.promptTokens + fixed + past.tokens >= limit { return .maxPromptTokens }
        }
        if let limit = run.settings.maxCompletionTokens, past.usage.completionTokens >= limit {
            return .maxCompletionTokens
        }
        return nil
    }
}
