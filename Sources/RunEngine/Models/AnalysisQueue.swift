import Dispatch
import Synchronization

/// Where long computations run, one after the other, off the threads that serve requests.
final class AnalysisQueue: Sendable {
    private let queue = DispatchQueue(label: "analysis", qos: .userInitiated)
    private let waiting = Atomic<Int>(0)

    /// - Parameter limit: how many may wait or run before this one; beyond, `EngineError.tooMuchData` is thrown. Nil for
    ///   computations that belong to a run, since runs are bounded themselves.
    func perform<Value: Sendable>(
        limit: Int? = nil,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let before = waiting.add(1, ordering: .relaxed).oldValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        if let limit, before >= limit { throw EngineError.tooMuchData(limit: limit) }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
