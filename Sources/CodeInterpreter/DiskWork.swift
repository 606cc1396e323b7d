import Dispatch

/// Where files are read and written, off the threads that all tasks share.
enum DiskWork {
    private static let queue = DispatchQueue(label: "code-interpreter", attributes: .concurrent)

    static func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
