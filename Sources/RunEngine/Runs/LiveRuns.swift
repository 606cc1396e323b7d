import AssistantsAPI
import Synchronization

/// The runs that this process works on, or has waiting in line.
package final class LiveRuns: Sendable {
    private struct State {
        var runs: [Identifier<Run>: LiveRun] = [:]
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many there may be at most.
    init(limit: Int) { self.limit = limit }

    /// Lets a new run in, or throws `EngineError.tooManyRuns` or `.shuttingDown`.
    func admit(_ run: LiveRun) throws {
        try state.withLock { state in
            guard !state.isClosed else { throw EngineError.shuttingDown }
            guard state.runs.count < limit else { throw EngineError.tooManyRuns(limit: limit) }
            state.runs[run.id] = run
        }
    }

    /// Lets a stored run in that this process does not have yet. Returns false when it has, or when it takes no more.
    func adopt(_ run: LiveRun) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.runs[run.id] == nil else { return false }
            state.runs[run.id] = run
            return true
        }
    }

    func remove(_ run: LiveRun) { state.withLock { _ = $0.runs.removeValue(forKey: run.id) } }

    package func find(_ id: Identifier<Run>) -> LiveRun? { state.withLock { $0.runs[id] } }

    var all: [LiveRun] { state.withLock { Array($0.runs.values) } }
    var isEmpty: Bool { state.withLock { $0.runs.isEmpty } }
    package var count: Int { state.withLock { $0.runs.count } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Lets nobody in any more.
    func close() { state.withLock { $0.isClosed = true } }
}
