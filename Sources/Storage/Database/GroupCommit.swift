import Dispatch
import GRDB
import Synchronization

/// Commits transactions that wait at the same time together: one fsync for many callers.
///
/// A transaction that fails without having changed anything just fails. When one fails after a change, the whole batch
/// is rolled back and its transactions are run again one by one: that is rare, and keeps savepoints off the usual path.
final class GroupCommit: Sendable {
    struct Job: Sendable {
        /// Runs the transaction's body; what it returns delivers the result once the commit is on disk.
        let execute: @Sendable (GRDB.Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private let pool: DatabasePool
    /// Is told of each rollback, on the writer's thread: what was remembered of the batch may not be true.
    private let onRollback: @Sendable () -> Void
    private let queue = Mutex(CommitQueue())

    init(pool: DatabasePool, onRollback: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.onRollback = onRollback
    }

    /// How many transactions were handed in so far, without those that may be taken back yet, or were.
    var submitted: Int { queue.withLock { $0.submitted } }

    /// Returns at once. The thread that writes tells what came of it, once it is on disk or has failed; but where too much waits
    /// already, the job is refused before this returns.
    func submit(_ job: Job) {
        guard let mustDrain = queue.withLock({ $0.append(job) }) else { return job.fail(StorageError.overloaded) }
        if mustDrain { beginDraining() }
    }

    /// The same for a job that nobody waits for. It begins some milliseconds later, or when somebody is in a hurry, unless it is
    /// taken back before.
    ///
    /// - Returns: its number; nil when it was refused.
    func postpone(_ job: Job) -> Int? {
        guard let (number, setsAlarm) = queue.withLock({ $0.postpone(job, now: .now) }) else {
            job.fail(StorageError.overloaded)
            return nil
        }
        if setsAlarm { setAlarm(in: CommitQueue.patience) }
        return number
    }

    /// Takes back a job that was postponed; it is told nothing then. Returns false when it is on its way to the disk.
    func takeBack(_ number: Int) -> Bool { queue.withLock { $0.takeBack(number) } }

    /// Somebody waits for what was handed in so far.
    func hurry() {
        if queue.withLock({ $0.hurry() }) { beginDraining() }
    }

    private func setAlarm(in duration: Duration) {
        let delay = DispatchTimeInterval.nanoseconds(Int(max(duration, .zero) / .nanoseconds(1)))
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { self.alarm() }
    }

    private func alarm() {
        let (mustDrain, next) = queue.withLock { $0.alarm(now: .now) }
        if mustDrain { beginDraining() }
        if let next { setAlarm(in: next - .now) }
    }

    private func beginDraining() { pool.asyncWriteWithoutTransaction { db in self.drain(db) } }

    /// Runs on the writer's queue until nobody waits.
    private func drain(_ db: GRDB.Database) {
        while let batch = queue.withLock({ $0.nextBatch(now: .now) }) { commit(batch, db) }
    }

    private func commit(_ batch: [Job], _ db: GRDB.Database) {
        var outcomes: [@Sendable () -> Void] = []
        outcomes.reserveCapacity(batch.count)
        do {
            try db.run("BEGIN IMMEDIATE")
            for job in batch {
                let changesBefore = db.totalChangesCount
                do {
                    outcomes.append(try job.execute(db))
                } catch  where batch.count > 1 && db.totalChangesCount == changesBefore && db.isInsideTransaction {
                    outcomes.append { job.fail(error) }
                }
            }
            try db.run("COMMIT")
        } catch {
            if db.isInsideTransaction { try? db.run("ROLLBACK") }
            onRollback()
            if batch.count == 1 {
                batch[0].fail(error)
            } else {
                for job in batch { commit([job], db) }
            }
            return
        }
        for deliver in outcomes { deliver() }
    }
}
