import Synchronization

/// Where a connection's task finds the next request. There is one at most: the next is read when this one has been answered.
final class RequestInbox: Sendable {
    private enum State {
        case isEmpty
        case isAwaited(CheckedContinuation<IncomingRequest?, Never>)
        case has(IncomingRequest)
        /// The client has left behind a request that was whole: it is carried out all the same.
        case hasLast(IncomingRequest)
        case isClosed
    }

    private let state = Mutex(State.isEmpty)

    /// The next request; nil when there will be none any more. To be called by one task.
    func next() async -> IncomingRequest? {
        await withCheckedContinuation { continuation in
            let found: IncomingRequest?? = state.withLock { state in
                switch state {
                case .has(let request):
                    state = .isEmpty
                    return .some(request)
                case .hasLast(let request):
                    state = .isClosed
                    return .some(request)
                case .isClosed: return .some(nil)
                case .isEmpty, .isAwaited:
                    state = .isAwaited(continuation)
                    return nil
                }
            }
            if let found { continuation.resume(returning: found) }
        }
    }

    func put(_ request: IncomingRequest) {
        let waiting = state.withLock { state -> CheckedContinuation<IncomingRequest?, Never>? in
            switch state {
            case .isAwaited(let continuation):
                state = .isEmpty
                return continuation
            case .isEmpty, .has: state = .has(request)
            case .hasLast, .isClosed: break
            }
            return nil
        }
        waiting?.resume(returning: request)
    }

    func close() {
        let waiting = state.withLock { state -> CheckedContinuation<IncomingRequest?, Never>? in
            switch state {
            case .isAwaited(let continuation):
                state = .isClosed
                return continuation
            case .has(let request): state = .hasLast(request)
            case .isEmpty: state = .isClosed
            case .hasLast, .isClosed: break
            }
            return nil
        }
        waiting?.resume(returning: nil)
    }
}
