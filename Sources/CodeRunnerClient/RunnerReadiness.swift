import CodeInterpreter

/// How a runner is, asked when that has not been known for a moment, once for all who want to know.
actor RunnerReadiness {
    private let attempt: @Sendable () async -> RunnerStatus
    private(set) var known: (status: RunnerStatus, since: ContinuousClock.Instant)?
    private var waiters: [CheckedContinuation<RunnerStatus, Never>] = []
    private var isTrying = false

    init(_ attempt: @escaping @Sendable () async -> RunnerStatus) { self.attempt = attempt }

    func status() async -> RunnerStatus {
        if let known, known.since.duration(to: .now) < Self.validity(of: known.status) { return known.status }
        if isTrying { return await withCheckedContinuation { waiters.append($0) } }
        isTrying = true
        // What others wait for must not end with the one who asked first.
        let status = await Task { [attempt] in await attempt() }.value
        isTrying = false
        learn(status)
        for waiter in waiters { waiter.resume(returning: status) }
        waiters = []
        return status
    }

    /// Remembers what showed otherwise.
    func learn(_ status: RunnerStatus) { known = (status, .now) }

    /// One that is gone may be back in a moment; of one that is well each cell tells when it is not any more.
    private static func validity(of status: RunnerStatus) -> Duration {
        status.availability == .available ? .seconds(15) : .seconds(2)
    }
}
