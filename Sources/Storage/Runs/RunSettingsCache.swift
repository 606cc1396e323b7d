import AssistantsAPI
import Synchronization

/// Remembers the rows of `run_settings` that runs were made with last, so that a long text of instructions is neither
/// encoded and compared for every run that is made, nor read and parsed for every one that is asked for.
final class RunSettingsCache: Sendable {
    private static let capacity = 64

    private let entries = Mutex<[(settings: RunSettings, id: Int)]>([])

    func find(_ settings: RunSettings) -> Int? {
        entries.withLock { entries in entries.first { $0.settings == settings }?.id }
    }

    func find(id: Int) -> RunSettings? {
        entries.withLock { entries in entries.first { $0.id == id }?.settings }
    }

    /// Drops everything, since a row that was found in a transaction was rolled back with it.
    func forgetAll() { entries.withLock { $0.removeAll() } }

    /// Takes a row that the current transaction sees.
    func remember(_ settings: RunSettings, id: Int) {
        entries.withLock { entries in
            guard !entries.contains(where: { $0.id == id }) else { return }
            if entries.count >= Self.capacity { entries.removeFirst() }
            entries.append((settings, id))
        }
    }
}
