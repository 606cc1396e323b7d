import AssistantsAPI

extension LiveRun {
    /// What the run is doing, as far as those who wait for it care.
    enum Phase {
        case working
        /// It waits for the caller to deliver the outputs of functions. The run is in `requires_action`.
        case waitingForOutputs(Run)
        case ended(Result<RunOutcome, any Error>)

        var isWorking: Bool {
            if case .working = self { true } else { false }
        }

        var isEnded: Bool {
            if case .ended = self { true } else { false }
        }
    }

    /// What its lock guards.
    struct State {
        var log: EventLog
        var phase = Phase.working
        /// The log is being stored.
        var isSettled = false
        /// What happened while it was.
        var heldBack: [StreamEvent] = []
        /// Whether somebody reads the events as they come, or has done so.
        var hasReaders: Bool
        /// What came of storing the run; nil until that is known.
        var stored: Result<StoredInput?, any Error>?
        /// Its rows, as long as they may be taken back from the store.
        var rows: PostponedRows?
        var interruption: Interruption?
        var task: Task<Void, Never>?
        /// What the caller made of the run's metadata while it worked.
        var metadata: Metadata?
        /// What the model is saying just now.
        var turn: TurnInProgress?
        var nextTicket = 0
        var waiters: [Waiter] = []

        /// What a reader who has the events before `index` does not know yet.
        func news(from index: Int) -> News? {
            if log.count > index { return .events(log.events(from: index, atMost: LiveRun.batch)) }
            return phase.isWorking ? nil : .over
        }

        func hasNews(from index: Int) -> Bool { log.count > index || !phase.isWorking }

        /// The same for one who reads on.
        mutating func read(from index: Int) -> News? {
            hasReaders = true
            return news(from: index)
        }
    }
}
