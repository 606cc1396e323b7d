import AssistantsAPI
import DequeModule
import Storage
import Synchronization

/// The assistants that were asked for last, within a bound of bytes: every new run looks its assistant up.
///
/// Whoever writes an assistant must `forget` it afterwards. What was read before that and comes late is not taken.
final class AssistantCache: Sendable {
    private struct Key: Hashable {
        var project: ProjectID
        var id: Identifier<Assistant>
    }

    private struct Entry {
        var assistant: Assistant
        var bytes: Int
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// In the order in which they came; those that were forgotten since are skipped.
        var arrivals = Deque<Key>()
        var bytes = 0
        var writes = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: bytes of assistants kept at most.
    init(limit: Int = 8 << 20) { self.limit = limit }

    func find(_ id: Identifier<Assistant>, in project: ProjectID) -> Assistant? {
        state.withLock { $0.entries[Key(project: project, id: id)]?.assistant }
    }

    /// How many writes there were so far; to be taken before an assistant is read.
    var writes: Int { state.withLock { $0.writes } }

    /// Keeps an assistant that was read when there had been `writes` writes.
    func remember(_ assistant: Assistant, in project: ProjectID, readAt writes: Int) {
        let key = Key(project: project, id: assistant.id)
        let bytes = assistant.settings.jsonText.utf8.count + assistant.metadata.jsonText.utf8.count + 512
        guard bytes <= limit else { return }
        state.withLock { state in
            guard state.writes == writes, state.entries[key] == nil else { return }
            state.entries[key] = Entry(assistant: assistant, bytes: bytes)
            state.arrivals.append(key)
            state.bytes += bytes
            while state.bytes > limit, let oldest = state.arrivals.popFirst() {
                if let entry = state.entries.removeValue(forKey: oldest) { state.bytes -= entry.bytes }
            }
        }
    }

    /// Drops an assistant that was written.
    func forget(_ id: Identifier<Assistant>, in project: ProjectID) {
        state.withLock { state in
            state.writes += 1
            guard let entry = state.entries.removeValue(forKey: Key(project: project, id: id)) else { return }
            state.bytes -= entry.bytes
            state.arrivals.removeAll { $0 == Key(project: project, id: id) }
        }
    }
}
