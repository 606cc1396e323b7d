import AssistantsAPI
import GRDB

/// The processes that carry runs, as rows of `workers`. A run belongs to the worker that inserted or claimed it last, as
/// long as that one's lease holds; then anyone may claim it, and the fence keeps the former one from writing.
///
/// The times are those of the store's clock, the only one that all of them share.
package struct WorkerRepository {
    let db: GRDB.Database

    /// A new worker. Its lease holds for `seconds` from now on.
    package func register(leaseSeconds seconds: Int = WorkerLease.seconds) throws -> Int {
        try db.run("INSERT INTO workers (lease_until) VALUES (unixepoch() + ?)", [seconds])
        return Int(db.lastInsertedRowID)
    }

    /// Extends a worker's lease. False when the worker was struck off: its runs may be others' by now.
    package func renew(_ worker: Int) throws -> Bool {
        try db.run("UPDATE workers SET lease_until = unixepoch() + ? WHERE id = ?", [WorkerLease.seconds, worker])
        return db.changesCount == 1
    }

    /// Gives up a worker's lease, and so all its runs.
    package func withdraw(_ worker: Int) throws {
        try db.run("DELETE FROM workers WHERE id = ?", [worker])
    }

    /// Strikes off all workers; for a process that knows that it is alone.
    package func withdrawAll() throws { try db.run("DELETE FROM workers", []) }
}
