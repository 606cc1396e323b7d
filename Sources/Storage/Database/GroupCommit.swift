import GRDB
import Synchronization

/// Commits transactions that wait at the same time together: one fsync for many callers.
///
/// A transaction that fails without having changed anything just fails. When one fails after a change, the whole batch
/// is rolled back and its transactions are run again one by one: that is rare, and keeps savepoints off the usual path.
final class GroupCommit: Sendable {
    private struct Job: Sendable {
        /// Runs the transaction's body; what it returns delivers the result once the commit is on disk.
        let execute: @Sendable (GRDB.Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct Queue {
        var jobs: [Job] = []
        var isDraining = false
        var submitted = 0
    }

    /// How many transactions share one commit at most. Above the usual concurrency, below what a reader would notice.
    private static let batchLimit = 512
    private static let queueLimit = 50_000

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

    func perform<Value: Sendable>(_ body: @escaping @Sendable (GRDB.Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job(
                    execute: { db in
                        let value = try body(db)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: $0) }
                )
            )
        }
    }

    private func submit(_ job: Job) {
        enum Decision { case refuse, wait, drain }
        let decision: Decision = queue.withLock { queue in
            guard queue.jobs.count < Self.queueLimit else { return .refuse }
            queue.jobs.append(job)
            queue.submitted += 1
            if queue.isDraining { return .wait }
            queue.isDraining = true
            return .drain
        }
        switch decision {
        case .refuse: job.fail(StorageError.overloaded)
        case .wait: break
        case .drain: pool.asyncWriteWithoutTransaction { db in self.drain(db) }
        }
    }

    /// Runs on the writer's queue until nothing waits.
    private func drain(_ db: GRDB.Database) {
        while let batch = nextBatch() { commit(batch, db) }
    }

    private func nextBatch() -> [Job]? {
        queue.withLock { queue in
            guard !queue.jobs.isEmpty else {
                queue.isDraining = false
                return nil
            }
            let batch = Array(queue.jobs.prefix(Self.batchLimit))
            queue.jobs.removeFirst(batch.count)
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
