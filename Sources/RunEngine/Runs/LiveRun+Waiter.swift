extension LiveRun {
    /// What someone waits for. Those who wait for the end are not woken by each event.
    struct Occasions: OptionSet {
        let rawValue: UInt8
        static let stored = Occasions(rawValue: 1)
        static let event = Occasions(rawValue: 2)
        /// The run does not work any more, for good or until outputs come.
        static let rest = Occasions(rawValue: 4)
    }

    /// How somebody is told that the occasion has come.
    enum Wake: Sendable {
        case task(CheckedContinuation<Void, Never>)
        case call(@Sendable () -> Void)

        func callAsFunction() {
            switch self {
            case .task(let continuation): continuation.resume()
            case .call(let body): body()
            }
        }
    }

    struct Waiter {
        let ticket: Int
        let occasion: Occasions
        /// When to wake it although nothing has come.
        let deadline: ContinuousClock.Instant?
        let wake: Wake

        func isLate(at now: ContinuousClock.Instant) -> Bool { deadline.map { $0 <= now } ?? false }
    }
}
