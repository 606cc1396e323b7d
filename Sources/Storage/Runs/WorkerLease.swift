import GRDB
import Synchronization

/// This process's place among the workers, and when it renewed its lease last.
///
/// The lease is renewed along with what is written for runs anyway; a server without runs writes nothing. When the
/// transaction that renewed it is rolled back, the next renewal comes two thirds of the lease before its end.
final class WorkerLease: Sendable {
    /// How long a worker is respected that says nothing.
    static let seconds = 30
    private static let renewal: Duration = .seconds(10)

    private struct State {
        var worker: Int?
        var renewedAt: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    /// Of a process that carries no runs.
    static var none: WorkerLease { WorkerLease(worker: nil) }

    init(worker: Int?) { state = Mutex(State(worker: worker, renewedAt: .now)) }

    var worker: Int? { state.withLock(\.worker) }

    /// Renews the lease when that is due. If this process was struck off, it becomes another worker, and what it had is
    /// for anyone to claim.
    func renewIfDue(_ db: GRDB.Database) throws {
        let due: Int? = state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.renewedAt >= Self.renewal else { return nil }
            state.renewedAt = now
            return state.worker
        }
        guard let due else { return }
        let workers = WorkerRepository(db: db)
        if try workers.renew(due) { return }
        let new = try workers.register()
        state.withLock { $0.worker = new }
    }
}
