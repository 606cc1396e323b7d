import Synchronization

/// The sessions of a runner, shared by all who run code: gives each to one at a time, and lets the others wait in line.
final class SessionTable: Sendable {
    private struct Waiting {
        let number: Int
        let key: SessionKey
        /// Whether it makes no sense to start a session for it.
        let isForExisting: Bool
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<SessionLedger.Lease?, any Error>
    }

    private struct State {
        var ledger: SessionLedger
        var line: [Waiting] = []
        var nextNumber = 0
        /// Those cancelled before they stood in line.
        var cancelled: Set<Int> = []
    }

    private let settings: InterpreterSettings
    private let state: Mutex<State>

    init(_ settings: InterpreterSettings) {
        self.settings = settings
        state = Mutex(State(ledger: SessionLedger(settings: settings)))
    }

    /// Waits for a session, which is to be given back.
    ///
    /// - Returns: Nil where only an existing one will do and there is none.
    /// - Throws: ``CodeRunnerFailure/busy(reason:)``, `CancellationError`.
    func lease(_ key: SessionKey, onlyExisting: Bool = false) async throws -> SessionLedger.Lease? {
        let number = state.withLock { state -> Int in
            state.nextNumber += 1
            return state.nextNumber
        }
        defer { state.withLock { _ = $0.cancelled.remove(number) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let settled = state.withLock { state -> Result<SessionLedger.Lease?, any Error>? in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    let now = ContinuousClock.now
                    if let decided = Self.decide(&state.ledger, key, onlyExisting, now) { return .success(decided) }
                    guard state.line.count < settings.line else { return .failure(Self.full) }
                    state.line.append(
                        Waiting(
                            number: number,
                            key: key,
                            isForExisting: onlyExisting,
                            since: now,
                            continuation: continuation
                        )
                    )
                    return nil
                }
                if let settled { continuation.resume(with: settled) }
            }
        } onCancel: {
            cancel(number)
        }
    }

    /// - Parameter interpreter: Nil where the session has ended.
    func giveBack(_ key: SessionKey, _ interpreter: Interpreter?) {
        state.withLock { $0.ledger.giveBack(key, interpreter, at: .now) }
        admit()
    }

    func started(_ key: SessionKey, _ interpreter: Interpreter) {
        state.withLock { $0.ledger.started(key, interpreter) }
    }

    func end(_ key: SessionKey) {
        state.withLock { $0.ledger.end(key) }?.kill()
        admit()
    }

    func life(of key: SessionKey) -> SessionLife? { interpreter(of: key)?.life }

    /// One that lives; nil where there is none.
    func interpreter(of key: SessionKey) -> Interpreter? {
        state.withLock { state in
            guard let interpreter = state.ledger.sessions[key]?.interpreter, !interpreter.hasEnded else { return nil }
            return interpreter
        }
    }

    // MARK: - The pool

    var wantsWarm: Bool { state.withLock { $0.ledger.wantsWarm && $0.line.isEmpty } }

    func addToPool(_ interpreter: Interpreter) {
        state.withLock { $0.ledger.addToPool(interpreter) }
        admit()
    }

    func emptyPool() {
        for interpreter in state.withLock({ $0.ledger.emptyPool() }) { interpreter.kill() }
    }

    var load: InterpreterLoad { state.withLock { $0.ledger.load } }

    // MARK: - Time

    /// Ends what is idle or too much, and sends away who has waited for too long.
    func lookAfter() {
        let now = ContinuousClock.now
        let (leaving, impatient) = state.withLock { state -> ([Interpreter], [Waiting]) in
            let patience = settings.patience
            let impatient = state.line.filter { $0.since.advanced(by: patience) <= now }
            state.line.removeAll { $0.since.advanced(by: patience) <= now }
            return (state.ledger.overdue(at: now), impatient)
        }
        for interpreter in leaving { interpreter.kill() }
        for waiting in impatient { waiting.continuation.resume(throwing: Self.full) }
        admit()
    }

    // MARK: - The line

    /// Gives sessions to those in line, in their order. Who waits for the cell before it holds nobody up; who waits for
    /// room holds up all that need room.
    private func admit() {
        let served = state.withLock { state -> [(Waiting, SessionLedger.Lease?)] in
            var served: [(Waiting, SessionLedger.Lease?)] = []
            var (rest, isFull) = ([Waiting](), false)
            for waiting in state.line {
                let isBusy = state.ledger.sessions[waiting.key]?.isBusy == true
                let exists = state.ledger.sessions[waiting.key] != nil
                if isBusy || (isFull && !exists) {
                    rest.append(waiting)
                } else if let decided = Self.decide(&state.ledger, waiting.key, waiting.isForExisting, .now) {
                    served.append((waiting, decided))
                } else {
                    isFull = true
                    rest.append(waiting)
                }
            }
            state.line = rest
            return served
        }
        for (waiting, lease) in served { waiting.continuation.resume(returning: lease) }
    }

    /// Nil where it has to wait; a lease of nil where there is no session to be had.
    private static func decide(
        _ ledger: inout SessionLedger,
        _ key: SessionKey,
        _ onlyExisting: Bool,
        _ now: ContinuousClock.Instant
    ) -> SessionLedger.Lease?? {
        let decision: SessionLedger.Decision
        if onlyExisting {
            guard let existing = ledger.requestExisting(key) else { return .some(nil) }
            decision = existing
        } else {
            decision = ledger.request(key, at: now) { $0.kill() }
        }
        switch decision {
        case .lease(let lease): return .some(lease)
        case .wait: return nil
        }
    }

    private func cancel(_ number: Int) {
        let waiting = state.withLock { state -> Waiting? in
            guard let index = state.line.firstIndex(where: { $0.number == number }) else {
                state.cancelled.insert(number)
                return nil
            }
            return state.line.remove(at: index)
        }
        waiting?.continuation.resume(throwing: CancellationError())
    }

    private static var full: CodeRunnerFailure {
        .busy(reason: "all memory that it may take is in use by other threads; try again later")
    }
}
