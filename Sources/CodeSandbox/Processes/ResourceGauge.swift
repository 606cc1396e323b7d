import Synchronization

/// What a confined program was last seen to hold: written by the sandbox's thread, read by whoever holds the program.
final class ResourceGauge: Sendable {
    private let seen = Mutex(0)

    /// In bytes.
    var memory: Int { seen.withLock { $0 } }

    func show(memory: Int) { seen.withLock { $0 = memory } }
}
