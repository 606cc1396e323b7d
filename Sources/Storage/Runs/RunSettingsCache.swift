import AssistantsAPI
import Synchronization

/// Remembers which rows of `run_settings` hold the settings that runs were made with last, so that a long text of
/// instructions is neither encoded nor compared in SQL for every run.
final class RunSettingsCache: Sendable {
    private static let capacity = 64

    private let entries = Mutex<[(settings: RunSettings, id: Int)]>([])

    func find(_ settings: RunSettings) -> Int? {
        entries.withLock { entries in entries.first { $0.settings == settings }?.id }
    }

    /// Drops everything, since a row that was found in a transaction was rolled back with it.
    func forgetAll() { entries.withLock { $0.removeAll() } }

    /// Takes a row that the current transaction sees.
    func remember(_ settings: RunSettings, id: Int) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeFirst() }
            entries.append((settings, id))
        }
    }
}
