import AssistantsAPI
import Logging
import ServiceLifecycle
import Storage

/// Writes down, every half minute, which keys were used, and removes requests that are remembered no longer.
package struct AccessUpkeep: Service {
    private let access: AccessControl
    private let database: Database
    private let clock: WallClock
    private let logger: Logger

    /// How long a request with an `Idempotency-Key` is remembered.
    package static let memory: Duration = .seconds(24 * 3600)
    private static let interval: Duration = .seconds(30)
    /// Rows in one transaction, so that nobody waits behind a large one.
    private static let batch = 200

    package init(access: AccessControl, database: Database, clock: WallClock, logger: Logger) {
        self.access = access
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await attend()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
        await attend()
    }

    private func attend() async {
        do {
            try await access.storeUse()
            let end = Timestamp(seconds: clock.now().seconds - Int(Self.memory.components.seconds))
            while try await database.write({ try $0.idempotency.purge(before: end, limit: Self.batch) }) == Self.batch {
                try Task.checkCancellation()
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("The upkeep of keys and repeated requests failed", metadata: ["reason": "\(error)"])
        }
    }
}
