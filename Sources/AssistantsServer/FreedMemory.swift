import CFreedMemory
import Dispatch
import ServiceLifecycle
import Storage

/// Gives freed memory back to the system when a rush is over: after the start, when many chats have ended, when the connections
/// of those are closed that came.
///
/// The C library keeps what is freed for what comes next. After a rush that lies in pieces between what is still needed,
/// and may be as much as that.
struct FreedMemory: Service {
    /// Tells by its writes whether there is much to do: each chat and run is some.
    let database: Database

    /// Seconds between two looks. Each wait is twice as long as the one before, from the shortest on behind a rush.
    private static let shortestWait = 2
    private static let longestWait = 8
    /// Writes a second from which on freed memory is left where it is, as it will be needed.
    private static let rush = 25
    /// Bytes that are worth the while. A look and the giving back take a millisecond or some.
    private static let least = 4 << 20

    func run() async {
        var wait = Self.shortestWait
        var writesBefore = database.writesSoFar
        var left = 0
        while true {
            try? await cancelWhenGracefulShutdown { [wait] in try await Task.sleep(for: .seconds(wait)) }
            guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
            let writes = database.writesSoFar
            let isRush = writes - writesBefore >= Self.rush * wait
            writesBefore = writes
            wait = isRush ? Self.shortestWait : min(2 * wait, Self.longestWait)
            if !isRush { left = await Self.giveBack(beyond: left) }
        }
    }

    /// Gives back where there is more to give than was left the last time. On another thread, as it waits for locks.
    ///
    /// - Parameter left: Bytes that are in no use and cannot be given back, as far as is known.
    /// - Returns: The same as it is now.
    private static func giveBack(beyond left: Int) async -> Int {
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                let unused = freed_memory_size()
                guard unused >= left + least else { return continuation.resume(returning: min(left, unused)) }
                freed_memory_give_back()
                continuation.resume(returning: freed_memory_size())
            }
        }
    }
}
