import Synchronization

/// What a confined program was last seen to hold: written by the sandbox's thread, read by whoever holds the program.
final class ResourceGauge: Sendable {
    private let seen = Mutex((memory: 0, hasEnded: false))

    /// In bytes.
    var memory: Int { seen.withLock { $0.memory } }
    var hasEnded: Bool { seen.withLock { $0.hasEnded } }

    func show(memory: Int) { seen.withLock { $0.memory = memory } }
    func showEnd() { seen.withLock { $0 = (0, true) } }
}
