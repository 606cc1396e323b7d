import Synchronization

/// Work that asks now and then whether it is still wanted, as it runs where a task's cancellation is not seen.
enum Cancellable {
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    static func run<Value: Sendable>(
        _ body: @Sendable (@escaping @Sendable () -> Bool) async throws -> Value
    ) async throws -> Value {
        let flag = Flag()
        return try await withTaskCancellationHandler {
            try await body { flag.isSet.load(ordering: .relaxed) }
        } onCancel: {
            flag.isSet.store(true, ordering: .relaxed)
        }
    }
}
