import CFreedMemory
import Dispatch
import RunEngine
import ServiceLifecycle

/// Gives freed memory back to the system when a rush is over: after the start, and whenever hundreds of runs have come or gone.
///
/// The C library keeps what is freed for what comes next. After a rush that lies in pieces between what is still needed,
/// and may be as much as that.
struct FreedMemory: Service {
    let liveRuns: LiveRuns

    private static let interval: Duration = .seconds(1)
    /// Runs that come or go.
    private static let rush = 256
    /// Runs that come or go within an interval when it is over.
    private static let calm = 32

    func run() async {
        // Nil before the first time.
        var countAtReturn: Int?
        var lastCount = liveRuns.count
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            let count = liveRuns.count
            let isCalm = abs(count - lastCount) < Self.calm
            lastCount = count
            guard isCalm, countAtReturn.map({ abs(count - $0) >= Self.rush }) ?? true else { continue }
            countAtReturn = count
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
