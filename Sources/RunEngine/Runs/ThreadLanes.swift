import AssistantsAPI
import DequeModule
import Synchronization

/// Lets the runs of a thread work one at a time, in the order in which they came.
final class ThreadLanes<Work: Sendable>: Sendable {
    private struct Lane {
        /// Has the thread: it works, or waits for something else than the thread.
        var holder: Work
        var waiting = Deque<Work>()
    }

    private let lanes = Mutex<[Identifier<AssistantThread>: Lane]>([:])

    /// Takes a place. Returns true when the thread is free: the work may begin, and must `leave` at its end.
    func enter(_ thread: Identifier<AssistantThread>, _ work: Work) -> Bool {
        lanes.withLock { lanes in
            if lanes[thread] == nil {
                lanes[thread] = Lane(holder: work)
                return true
            }
            lanes[thread]?.waiting.append(work)
            return false
        }
    }

    /// Gives the thread to the next in line, which is returned and may begin.
    func leave(_ thread: Identifier<AssistantThread>) -> Work? {
        lanes.withLock { lanes in
            if let next = lanes[thread]?.waiting.popFirst() {
                lanes[thread]?.holder = next
                return next
            }
            lanes[thread] = nil
            return nil
        }
    }

    /// What has the thread; nil when it is free.
    func holder(of thread: Identifier<AssistantThread>) -> Work? { lanes.withLock { $0[thread]?.holder } }

    /// Takes waiting work out of its line.
    func remove(from thread: Identifier<AssistantThread>, where matches: (Work) -> Bool) -> Work? {
        lanes.withLock { lanes in
            guard let index = lanes[thread]?.waiting.firstIndex(where: matches) else { return nil }
            return lanes[thread]?.waiting.remove(at: index)
        }
    }
}
