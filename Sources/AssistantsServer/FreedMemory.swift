import CFreedMemory
import Dispatch
import ServiceLifecycle
import Storage

/// Gives freed memory back to the system when a rush is over: after the start, and whenever much was written within a moment.
///
/// The C library keeps what is freed for what comes next. After a rush that lies in pieces between what is still needed,
/// and may be as much as that.
struct FreedMemory: Service {
    /// Tells by its writes what there was to do: each chat and run is some.
    let database: Database

    private static let interval: Duration = .seconds(1)
    /// Writes within an interval that are a rush.
    private static let rush = 200
    /// Writes within an interval when it is over.
    private static let calm = 50

    func run() async {
        // The start is one.
        var hadRush = true
        var before = database.writesSoFar
        while true {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
            let now = database.writesSoFar
            let writes = now - before
            before = now
            if writes >= Self.rush { hadRush = true }
            guard hadRush, writes < Self.calm else { continue }
            hadRush = false
            await Self.giveBack()
        }
    }

    /// On another thread, as it waits for locks.
    private static func giveBack() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                freed_memory_give_back()
                continuation.resume()
            }
        }
    }
}
