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

    private static let second: Duration = .seconds(1)
    /// Writes within a second from which on freed memory is left where it is, as it will be needed.
    private static let rush = 50
    /// Seconds between two looks at most. The first comes right behind a rush, each further one after twice as long.
    private static let longestWait = 8
    /// Bytes that are worth the while. A look and the giving back take a millisecond or some.
    private static let least = 4 << 20

    func run() async {
        var (wait, waited) = (1, 0)
        var writesBefore = database.writesSoFar
        var left = 0
        while true {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.second) }
            guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
            let writes = database.writesSoFar
            let isRush = writes - writesBefore >= Self.rush
            writesBefore = writes
            if isRush {
                (wait, waited) = (1, 0)
                continue
            }
            waited += 1
            guard waited >= wait else { continue }
            (wait, waited) = (min(2 * wait, Self.longestWait), 0)
            left = await Self.giveBack(beyond: left)
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
