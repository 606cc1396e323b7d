import DequeModule
import Synchronization

/// Bounds how many runs are at work at the same time. Those beyond wait in order.
final class RunSlots: Sendable {
    private struct State {
        var free: Int
        var waiting = Deque<RunWork>()
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(free: limit)) }

    /// Takes a slot for the work. Returns false when there is none: the work then waits for one.
    func take(orWait work: RunWork) -> Bool {
        state.withLock { state in
            guard state.free > 0 else {
                state.waiting.append(work)
                return false
            }
            state.free -= 1
            return true
        }
    }

    /// Gives a slot back. When work waits, the slot is its own and the work is returned.
    func release() -> RunWork? {
        state.withLock { state in
            if let next = state.waiting.popFirst() { return next }
            state.free += 1
            return nil
        }
    }

    func remove(where matches: (RunWork) -> Bool) -> RunWork? {
        state.withLock { state in
            guard let index = state.waiting.firstIndex(where: matches) else { return nil }
            return state.waiting.remove(at: index)
        }
    }
}
