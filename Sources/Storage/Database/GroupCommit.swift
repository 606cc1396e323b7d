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

    private struct Queue {
        var jobs: [Job] = []
        /// Whether somebody waits for what is in the queue.
        var isUrgent = false
        var isDraining = false
        /// Whether the alarm is set, after which nothing in the queue waits for company any longer.
        var hasAlarm = false
        var submitted = 0

        /// What is in the queue is to go to disk. Returns whether a drain must begin for it.
        mutating func hurry() -> Bool {
            guard !jobs.isEmpty else { return false }
            isUrgent = true
            if isDraining { return false }
            isDraining = true
            return true
        }
    }

    /// How many transactions share one commit at most. Above the usual concurrency, below what a reader would notice.
    private static let batchLimit = 512
    private static let queueLimit = 50_000
    /// How long a transaction that nobody waits for may wait for company.
    private static let patience: DispatchTimeInterval = .milliseconds(10)

    private let pool: DatabasePool
    /// Is told of each rollback, on the writer's thread: what was remembered of the batch may not be true.
    private let onRollback: @Sendable () -> Void
    private let queue = Mutex(Queue())

    init(pool: DatabasePool, onRollback: @escaping @Sendable () -> Void) {
        self.pool = pool
        self.onRollback = onRollback
    }

    /// How many transactions were handed in so far.
    var submitted: Int { queue.withLock { $0.submitted } }

    /// Returns at once. The thread that writes tells what came of it, once it is on disk or has failed; but where too much waits
    /// already, the job is refused before this returns.
    func submit(_ job: Job, _ urgency: Database.Urgency) {
        enum Decision { case refuse, wait, setAlarm, drain }
        let decision: Decision = queue.withLock { queue in
            guard queue.jobs.count < Self.queueLimit else { return .refuse }
            queue.jobs.append(job)
            queue.submitted += 1
            switch urgency {
            case .now: return queue.hurry() ? .drain : .wait
            case .withTheNext:
                if queue.isUrgent || queue.hasAlarm { return .wait }
                queue.hasAlarm = true
                return .setAlarm
            }
        }
        switch decision {
        case .refuse: job.fail(StorageError.overloaded)
        case .wait: break
        case .setAlarm: DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { self.alarm() }
        case .drain: beginDraining()
        }
    }

    /// Somebody waits for what was submitted so far.
    func hurry() {
        if queue.withLock({ $0.hurry() }) { beginDraining() }
    }

    private func alarm() {
        let mustDrain = queue.withLock { queue in
            queue.hasAlarm = false
            return queue.hurry()
        }
        if mustDrain { beginDraining() }
    }

    private func beginDraining() { pool.asyncWriteWithoutTransaction { db in self.drain(db) } }

    /// Runs on the writer's queue until nobody waits.
    private func drain(_ db: GRDB.Database) {
        while let batch = nextBatch() { commit(batch, db) }
    }

    private func nextBatch() -> [Job]? {
        queue.withLock { queue in
            guard queue.isUrgent else {
                queue.isDraining = false
                return nil
            }
            let batch = Array(queue.jobs.prefix(Self.batchLimit))
            queue.jobs.removeFirst(batch.count)
            queue.isUrgent = !queue.jobs.isEmpty
            return batch
        }
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
