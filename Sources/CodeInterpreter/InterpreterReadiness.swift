/// Whether interpreters can be had, found out once and asked by many.
actor InterpreterReadiness {
    private let settings: InterpreterSettings
    private(set) var known: (outcome: InterpreterProbe.Outcome, since: ContinuousClock.Instant)?
    private var waiters: [CheckedContinuation<InterpreterProbe.Outcome, Never>] = []
    private var isTrying = false

    /// What did not work may have been put right meanwhile.
    private static let retryInterval: Duration = .seconds(60)

    init(_ settings: InterpreterSettings) { self.settings = settings }

    func outcome() async -> InterpreterProbe.Outcome {
        if let known {
            if case .works = known.outcome { return known.outcome }
            if known.since.duration(to: .now) < Self.retryInterval { return known.outcome }
        }
        if isTrying { return await withCheckedContinuation { waiters.append($0) } }
        isTrying = true
        // What others wait for must not end with the one who asked first.
        let outcome = await Task { [settings] in await InterpreterProbe(settings: settings).outcome() }.value
        isTrying = false
        known = (outcome, .now)
        for waiter in waiters { waiter.resume(returning: outcome) }
        waiters = []
        return outcome
    }
}
