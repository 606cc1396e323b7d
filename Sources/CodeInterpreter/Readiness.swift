/// How something is that takes its time to be found out: tried once for all who want to know, and remembered for a while.
package actor Readiness<Finding: Sendable> {
    private let validity: @Sendable (Finding) -> Duration?
    private let attempt: @Sendable () async -> Finding
    /// What was found last, be it still valid or not.
    package private(set) var known: Finding?
    private var since = ContinuousClock.now
    private var waiters: [CheckedContinuation<Finding, Never>] = []
    private var isTrying = false

    /// - Parameters:
    ///   - validity: For how long a finding is not tried again; nil for good.
    ///   - attempt: Finds it out.
    package init(
        validity: @escaping @Sendable (Finding) -> Duration?,
        attempt: @escaping @Sendable () async -> Finding
    ) {
        self.validity = validity
        self.attempt = attempt
    }

    package func finding() async -> Finding {
        if let known {
            guard let validity = validity(known), since.duration(to: .now) >= validity else { return known }
        }
        if isTrying { return await withCheckedContinuation { waiters.append($0) } }
        isTrying = true
        // What others wait for must not end with the one who asked first.
        let finding = await Task { [attempt] in await attempt() }.value
        isTrying = false
        learn(finding)
        for waiter in waiters { waiter.resume(returning: finding) }
        waiters = []
        return finding
    }

    /// Remembers what showed otherwise.
    package func learn(_ finding: Finding) { (known, since) = (finding, .now) }
}
