import NIOCore
import Synchronization

/// Hands things over one at a time, from an event loop to a task: the giver learns when its thing has been taken, so
/// that nothing piles up between the two.
///
/// One task takes; it waits in `next` until something is there, the end is reached, or the hand-over fails.
package final class HandOver<Element: Sendable>: Sendable {
    private typealias Taker = CheckedContinuation<Element?, any Error>

    private enum State {
        case empty
        case awaited(Taker)
        case offered(Element, taken: EventLoopPromise<Void>, isLast: Bool)
        case finished
        case failed(any Error)
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Offers a thing; the future completes when it is taken. To be called again only after that.
    package func offer(_ element: Element, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let taken = eventLoop.makePromise(of: Void.self)
        let outcome = state.withLock { state -> (taker: Taker?, failure: (any Error)?) in
            switch state {
            case .empty:
                state = .offered(element, taken: taken, isLast: false)
                return (nil, nil)
            case .awaited(let taker):
                state = .empty
                return (taker, nil)
            case .offered: preconditionFailure("a thing was offered before the one before it was taken")
            case .finished: return (nil, CancellationError())
            case .failed(let error): return (nil, error)
            }
        }
        if let failure = outcome.failure { taken.fail(failure) }
        if let taker = outcome.taker {
            taken.succeed()
            taker.resume(returning: element)
        }
        return taken.futureResult
    }

    /// Nothing more comes. What is offered can still be taken.
    package func finish() {
        let taker = state.withLock { state -> Taker? in
            switch state {
            case .empty:
                state = .finished
                return nil
            case .awaited(let taker):
                state = .finished
                return taker
            case .offered(let element, let taken, _):
                state = .offered(element, taken: taken, isLast: true)
                return nil
            case .finished, .failed: return nil
            }
        }
        taker?.resume(returning: nil)
    }

    /// Ends the hand-over; what is offered is dropped. After the end this does nothing.
    package func fail(_ error: any Error) {
        let parties = state.withLock { state -> (taker: Taker?, taken: EventLoopPromise<Void>?) in
            switch state {
            case .finished, .failed: return (nil, nil)
            case .empty:
                state = .failed(error)
                return (nil, nil)
            case .awaited(let taker):
                state = .failed(error)
                return (taker, nil)
            case .offered(_, let taken, _):
                state = .failed(error)
                return (nil, taken)
            }
        }
        parties.taker?.resume(throwing: error)
        parties.taken?.fail(error)
    }

    /// The next thing, or nil at the end. It does not notice a cancellation: whoever cancels calls `fail`.
    package func next() async throws -> Element? {
        try await withCheckedThrowingContinuation { (taker: Taker) in
            let ready = state.withLock {
                state -> (result: Result<Element?, any Error>, taken: EventLoopPromise<Void>?)? in
                switch state {
                case .empty:
                    state = .awaited(taker)
                    return nil
                case .awaited: preconditionFailure("one task takes at a time")
                case .offered(let element, let taken, let isLast):
                    state = isLast ? .finished : .empty
                    return (.success(element), taken)
                case .finished: return (.success(nil), nil)
                case .failed(let error): return (.failure(error), nil)
                }
            }
            guard let ready else { return }
            ready.taken?.succeed()
            taker.resume(with: ready.result)
        }
    }
}
