import AssistantsAPI
import DequeModule
import Synchronization

/// Prompts of the threads that were at work last, within a bound of bytes. A thread that is not in it costs one read of
/// its window.
final class PromptCache: Sendable {
    private struct Entry {
        var history: PromptHistory
        var use: Int
    }

    private struct State {
        var entries: [Identifier<AssistantThread>: Entry] = [:]
        /// Uses in order; those that an entry has outlived are skipped.
        var uses = Deque<(thread: Identifier<AssistantThread>, use: Int)>()
        var nextUse = 0
        var bytes = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: bytes of prompts kept at most.
    init(limit: Int) { self.limit = limit }

    /// Takes the prompt of a thread out: who works on a thread owns its prompt, and may append in place.
    func take(_ thread: Identifier<AssistantThread>) -> PromptHistory? {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: thread) else { return nil }
            state.bytes -= entry.history.size
            return entry.history
        }
    }

    func put(_ history: PromptHistory, for thread: Identifier<AssistantThread>) {
        state.withLock { state in
            state.nextUse += 1
            if let old = state.entries.updateValue(Entry(history: history, use: state.nextUse), forKey: thread) {
                state.bytes -= old.history.size
            }
            state.bytes += history.size
            state.uses.append((thread, state.nextUse))
            while state.bytes > limit, let oldest = state.uses.popFirst() {
                guard state.entries[oldest.thread]?.use == oldest.use else { continue }
                if let entry = state.entries.removeValue(forKey: oldest.thread) {
                    state.bytes -= entry.history.size
                }
            }
            if state.uses.count > 2 * state.entries.count + 64 {
                state.uses.removeAll { state.entries[$0.thread]?.use != $0.use }
            }
        }
    }

    func remove(_ thread: Identifier<AssistantThread>) { _ = take(thread) }
}
