import Dispatch

/// Where long computations run, one after the other, off the threads that serve requests.
struct AnalysisQueue: Sendable {
    private let queue = DispatchQueue(label: "analysis", qos: .userInitiated)

    func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
