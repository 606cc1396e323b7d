import AssistantsAPI
import Logging
import ServiceLifecycle
import Storage

/// Stores when vector stores were used, lets those expire whose time is over, and brings indexes in line with the
/// database.
package struct VectorStoreUpkeep: Service {
    private let worker: IngestionWorker
    private let activity: StoreActivity
    private let reconciliation: IndexReconciliation
    private let clock: WallClock
    private let logger: Logger

    private static let interval: Duration = .seconds(1)
    /// Intervals between two looks at what removed files have left in the indexes.
    private static let purging = 15
    /// Stores in one transaction.
    private static let batch = 50

    package init(worker: IngestionWorker, activity: StoreActivity, clock: WallClock, logger: Logger) {
        self.worker = worker
        self.activity = activity
        reconciliation = IndexReconciliation(worker: worker)
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await removeOrphans()
        var rounds = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await attend(purges: rounds.isMultiple(of: Self.purging))
            rounds += 1
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
        do { try await activity.store(in: worker.parts.database) } catch is CancellationError {
            return
        } catch {
            logger.error("The last use of vector stores could not be stored", error)
        }
    }

    private func attend(purges: Bool) async {
        do {
            try await activity.store(in: worker.parts.database)
            try await expire()
            try await reconciliation.settleAll()
            if purges { try await worker.parts.indexes.upkeep() }
        } catch is CancellationError {
            return
        } catch {
            logger.error("The upkeep of vector stores failed", error)
        }
    }

    /// Removes indexes of stores that are gone, as a crash in a bad moment leaves them.
    private func removeOrphans() async {
        do {
            let living = try await worker.parts.database.read { try $0.vectorStores.living() }
            try await worker.parts.indexes.deleteAll(except: living)
        } catch is CancellationError {
            return
        } catch {
            logger.error("Indexes of vector stores that are gone could not be removed", error)
        }
    }

    /// To be called after the activity was stored.
    private func expire() async throws {
        let (now, database) = (clock.now(), worker.parts.database)
        guard try await database.read({ try $0.vectorStores.hasExpiring(at: now) }) else { return }
        while try await database.write({ try $0.vectorStores.expire(at: now, limit: Self.batch) }) == Self.batch {
            try Task.checkCancellation()
        }
    }
}
