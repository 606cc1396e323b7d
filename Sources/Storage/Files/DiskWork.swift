import Dispatch

/// Runs calls that wait for the disk on threads of their own, of which the system makes 64 at most.
///
/// What has begun is carried out even when the task that asked for it is cancelled: nothing is left half done.
enum DiskWork {
    private static let queue = DispatchQueue(label: "disk", attributes: .concurrent)

    @inline(never)
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
