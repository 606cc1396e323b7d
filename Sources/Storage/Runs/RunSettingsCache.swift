import AssistantsAPI
import Synchronization

/// Remembers the rows of `run_settings` that runs were made with last, so that a long text of instructions is neither
/// encoded and compared for every run that is made, nor read and parsed for every one that is asked for.
final class RunSettingsCache: Sendable {
    private struct Entry {
        var settings: RunSettings
        var id: Int
        var bytes: Int
    }

    private struct State {
        var entries: [Entry] = []
        var bytes = 0
    }

    private static let capacity = 64
    /// Bytes of JSON that the settings were stored as, at most; as values they take some times that.
    private static let maximumBytes = 8 << 20

    private let state = Mutex(State())

    func find(_ settings: RunSettings) -> Int? {
        state.withLock { state in state.entries.first { $0.settings == settings }?.id }
    }

    func find(id: Int) -> RunSettings? {
        state.withLock { state in state.entries.first { $0.id == id }?.settings }
    }

    /// Drops everything, since a row that was found in a transaction was rolled back with it.
    func forgetAll() { state.withLock { $0 = State() } }

    /// Takes a row that the current transaction sees, of `bytes` of JSON.
    func remember(_ settings: RunSettings, id: Int, bytes: Int) {
        guard bytes <= Self.maximumBytes else { return }
        state.withLock { state in
            guard !state.entries.contains(where: { $0.id == id }) else { return }
            state.entries.append(Entry(settings: settings, id: id, bytes: bytes))
            state.bytes += bytes
            while state.entries.count > Self.capacity || state.bytes > Self.maximumBytes {
                state.bytes -= state.entries.removeFirst().bytes
            }
        }
    }
}
