extension Run {
    /// Where a run is in its life. What is true only in one state is that state's payload, which copies of the run share.
    package indirect enum State: Sendable, Equatable {
        /// Waits for a worker. `startedAt` is set when the run has been at work before.
        case queued(Lifetime)
        case inProgress(Lifetime)
        /// Waits for the caller to deliver the outputs of functions.
        case requiresAction(Lifetime, RequiredAction)
        case cancelling(Lifetime)
        case cancelled(startedAt: Timestamp?, at: Timestamp, usage: TokenUsage?)
        case failed(startedAt: Timestamp?, at: Timestamp, error: LastError, usage: TokenUsage?)
        case completed(startedAt: Timestamp?, at: Timestamp, usage: TokenUsage?)
        case incomplete(startedAt: Timestamp?, at: Timestamp, reason: IncompleteReason?, usage: TokenUsage?)
        case expired(startedAt: Timestamp?, expiredAt: Timestamp, usage: TokenUsage?)
    }

    package enum Status: String, Sendable, CaseIterable {
        case queued
        case inProgress = "in_progress"
        case requiresAction = "requires_action"
        case cancelling
        case cancelled
        case failed
        case completed
        case incomplete
        case expired

        /// Whether nothing will happen to the run any more.
        package var isTerminal: Bool {
            switch self {
            case .queued, .inProgress, .requiresAction, .cancelling: false
            case .cancelled, .failed, .completed, .incomplete, .expired: true
            }
        }
    }

    /// The times of a run that has not ended.
    package struct Lifetime: Sendable, Equatable {
        package var startedAt: Timestamp?
        package var expiresAt: Timestamp

        package init(startedAt: Timestamp? = nil, expiresAt: Timestamp) {
            self.startedAt = startedAt
            self.expiresAt = expiresAt
        }
    }

    /// What the caller must do: run these functions and deliver their outputs.
    package struct RequiredAction: Sendable, Equatable {
        /// Without outputs, in the order in which the model asked.
        package var toolCalls: [FunctionCall]

        package init(toolCalls: [FunctionCall]) { self.toolCalls = toolCalls }
    }

    package struct LastError: Sendable, Equatable {
        package enum Code: String, Sendable {
            case serverError = "server_error"
            case rateLimitExceeded = "rate_limit_exceeded"
            case invalidPrompt = "invalid_prompt"
        }

        package var code: Code
        package var message: String

        package init(code: Code, message: String) {
            self.code = code
            self.message = message
        }
    }

    package enum IncompleteReason: String, Sendable {
        case maxCompletionTokens = "max_completion_tokens"
        case maxPromptTokens = "max_prompt_tokens"
    }

    /// What can happen to a run.
    package enum Event: Sendable, Equatable {
        case claimed(at: Timestamp)
        /// The process that worked on it is gone; it waits for a worker again.
        case orphaned
        case actionRequired(RequiredAction)
        /// Some outputs came; others are missing still.
        case outputsArrived(missing: RequiredAction)
        case outputsSubmitted
        case cancellationRequested
        case cancelled(at: Timestamp, usage: TokenUsage?)
        case completed(at: Timestamp, usage: TokenUsage?)
        case cutShort(at: Timestamp, reason: IncompleteReason?, usage: TokenUsage?)
        case failed(at: Timestamp, error: LastError, usage: TokenUsage?)
        case expired(usage: TokenUsage?)
    }

    /// An event that cannot happen in the state that the run is in.
    package struct InvalidTransition: Error, Equatable {
        package let status: Status
    }
}

extension Run.State {
    package var status: Run.Status {
        switch self {
        case .queued: .queued
        case .inProgress: .inProgress
        case .requiresAction: .requiresAction
        case .cancelling: .cancelling
        case .cancelled: .cancelled
        case .failed: .failed
        case .completed: .completed
        case .incomplete: .incomplete
        case .expired: .expired
        }
    }

    /// The times, as long as the run has not ended.
    package var lifetime: Run.Lifetime? {
        switch self {
        case .queued(let lifetime), .inProgress(let lifetime), .requiresAction(let lifetime, _),
            .cancelling(let lifetime):
            lifetime
        case .cancelled, .failed, .completed, .incomplete, .expired: nil
        }
    }

    /// The state after `event`: the one place that says which moves exist.
    ///
    /// A run that is being cancelled may still complete, fail or expire: cancelling is an attempt.
    package func after(_ event: Run.Event) throws(Run.InvalidTransition) -> Run.State {
        switch (self, event) {
        case (.queued(let lifetime), .claimed(let now)):
            return .inProgress(Run.Lifetime(startedAt: now, expiresAt: lifetime.expiresAt))
        case (.inProgress(let lifetime), .orphaned):
            return .queued(lifetime)
        case (.inProgress(let lifetime), .actionRequired(let action)):
            return .requiresAction(lifetime, action)
        case (.requiresAction(let lifetime, _), .outputsArrived(let missing)):
            return .requiresAction(lifetime, missing)
        case (.requiresAction(let lifetime, _), .outputsSubmitted):
            return .queued(lifetime)
        case (.queued(let lifetime), .cancellationRequested),
            (.inProgress(let lifetime), .cancellationRequested),
            (.requiresAction(let lifetime, _), .cancellationRequested):
            return .cancelling(lifetime)
        case (.cancelling(let lifetime), .cancelled(let now, let usage)):
            return .cancelled(startedAt: lifetime.startedAt, at: now, usage: usage)
        case (.inProgress(let lifetime), .completed(let now, let usage)),
            (.cancelling(let lifetime), .completed(let now, let usage)):
            return .completed(startedAt: lifetime.startedAt, at: now, usage: usage)
        case (.inProgress(let lifetime), .cutShort(let now, let reason, let usage)),
            (.cancelling(let lifetime), .cutShort(let now, let reason, let usage)):
            return .incomplete(startedAt: lifetime.startedAt, at: now, reason: reason, usage: usage)
        case (.queued(let lifetime), .failed(let now, let error, let usage)),
            (.inProgress(let lifetime), .failed(let now, let error, let usage)),
            (.cancelling(let lifetime), .failed(let now, let error, let usage)):
            return .failed(startedAt: lifetime.startedAt, at: now, error: error, usage: usage)
        case (.queued(let lifetime), .expired(let usage)), (.inProgress(let lifetime), .expired(let usage)),
            (.requiresAction(let lifetime, _), .expired(let usage)), (.cancelling(let lifetime), .expired(let usage)):
            return .expired(startedAt: lifetime.startedAt, expiredAt: lifetime.expiresAt, usage: usage)
        default:
            throw Run.InvalidTransition(status: status)
        }
    }
}
