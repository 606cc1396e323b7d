import AssistantsAPI

/// What an operator decides about runs.
package struct EngineConfiguration: Sendable {
    /// A run that has not ended so long after its creation expires.
    package var runLifetime: Duration
    /// Runs at work at the same time, at most.
    package var maximumConcurrentRuns: Int
    /// Runs that have not ended, at most; a further one is refused.
    package var maximumUnfinishedRuns: Int
    /// Tokens of instructions and conversation that are sent to the model, at most.
    package var contextTokens: Int
    /// Bytes of conversations kept ready in memory, at most.
    package var promptCacheBytes: Int
    /// Names that callers use for a model, and the backend's names for them.
    package var modelAliases: [String: String]
    /// How long the events of a run can be read again after its end.
    package var eventRetention: Duration
    /// How long a client that asks for a run again and again is kept waiting for news at most; zero answers at once.
    package var pollHold: Duration
    /// Whether ids of threads that nobody knows come to life as empty threads on their first use.
    package var adoptsUnknownThreads: Bool
    /// Whether the log may hold what users and models say.
    package var mayLogTexts: Bool

    package init(
        runLifetime: Duration = .seconds(600),
        maximumConcurrentRuns: Int = 8192,
        maximumUnfinishedRuns: Int = 10_000,
        contextTokens: Int = 100_000,
        promptCacheBytes: Int = 32 << 20,
        modelAliases: [String: String] = [:],
        eventRetention: Duration = .seconds(86_400),
        pollHold: Duration = .seconds(10),
        adoptsUnknownThreads: Bool = false,
        mayLogTexts: Bool = false
    ) {
        self.runLifetime = runLifetime
        self.maximumConcurrentRuns = maximumConcurrentRuns
        self.maximumUnfinishedRuns = maximumUnfinishedRuns
        self.contextTokens = contextTokens
        self.promptCacheBytes = promptCacheBytes
        self.modelAliases = modelAliases
        self.eventRetention = eventRetention
        self.pollHold = pollHold
        self.adoptsUnknownThreads = adoptsUnknownThreads
        self.mayLogTexts = mayLogTexts
    }
}
