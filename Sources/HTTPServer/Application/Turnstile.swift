import NIOCore
import Synchronization

/// Lets a number of tasks in at a time. The others wait in line, each as one continuation; whoever is in is to leave soon.
package final class Turnstile: Sendable {
    private struct State {
        var free: Int
        var line = CircularBuffer<CheckedContinuation<Void, Never>>(initialCapacity: 0)
    }

    private let state: Mutex<State>

    /// - Parameter places: One at least.
    package init(places: Int) { state = Mutex(State(free: places)) }

    /// Returns when there is a place. To be followed by `leave`, also where the task has been cancelled meanwhile.
    package func enter() async {
        if takeFreePlace() { return }
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.line.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    /// Gives a place up: to who has waited longest, if anyone waits.
    package func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if !state.line.isEmpty { return state.line.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }

    private func takeFreePlace() -> Bool {
        state.withLock { state in
            guard state.free > 0 else { return false }
            state.free -= 1
            return true
        }
    }
}
