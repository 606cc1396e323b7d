import CFreedMemory
import Dispatch
import ServiceLifecycle
import Storage

/// Gives freed memory back to the system when a rush is over: after the start, and whenever much has been written.
///
/// The C library keeps what is freed for what comes next. After a rush that lies in pieces between what is still needed,
/// and may be as much as that.
struct FreedMemory: Service {
    /// Tells by its writes what there was to do: each chat and run is some.
    let database: Database

    private static let interval: Duration = .seconds(1)
    /// Writes of a rush.
    private static let rush = 500
    /// Writes within an interval when it is over.
    private static let calm = 50

    func run() async {
        // Nil before the first time.
        var writesAtReturn: Int?
        var lastWrites = database.writesSoFar
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            let writes = database.writesSoFar
            let isCalm = writes - lastWrites < Self.calm
            lastWrites = writes
            guard isCalm, writesAtReturn.map({ writes - $0 >= Self.rush }) ?? true else { continue }
            writesAtReturn = writes
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
