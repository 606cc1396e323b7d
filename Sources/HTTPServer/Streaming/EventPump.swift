import HTTPTypes
import NIOCore
import NIOHTTPTypes
import RunEngine

/// Writes a run's events to a client on the event loop of its connection, as they come: no task is woken for an event. It
/// stops where the client does not keep up, for its task to wait.
///
/// The answer's head has been written, and nobody else writes to the connection meanwhile.
final class EventPump<Encoding: RunEventEncoding>: Sendable {
    enum Reason {
        /// The run has told everything, or the encoding has enough.
        case isToldAll
        /// The client does not read as fast as the run speaks.
        case isFull
        case hasLeft
        case isCancelled
    }

    /// Where it stopped.
    struct Stop: Sendable {
        let place: Int
        let encoding: Encoding
        let reason: Reason
    }

    private struct State {
        var place: Int
        var encoding: Encoding
        var isCancelled = false
        /// Nil before it begins and once it has stopped.
        var continuation: CheckedContinuation<Stop, Never>?

        mutating func stop(_ reason: Reason) {
            continuation?.resume(returning: Stop(place: place, encoding: encoding, reason: reason))
            continuation = nil
        }
    }

    private let live: LiveRun
    private let channel: any Channel
    private let state: NIOLoopBoundBox<State>

    init(_ live: LiveRun, from place: Int, _ encoding: Encoding, to channel: any Channel) {
        self.live = live
        self.channel = channel
        state = .makeBoxSendingValue(State(place: place, encoding: encoding), eventLoop: channel.eventLoop)
    }

    /// Writes until there is a reason to stop. To be called once.
    func run() async -> Stop {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Behind what the task has written before.
                channel.eventLoop.execute {
                    self.state.value.continuation = continuation
                    self.advance(isWoken: false)
                }
            }
        } onCancel: {
            channel.eventLoop.execute {
                self.state.withValue { state in
                    state.isCancelled = true
                    state.stop(.isCancelled)
                }
            }
        }
    }

    /// - Parameter isWoken: whether it waited before. When there is nothing to tell then, the client is told that much.
    private func advance(isWoken: Bool) {
        // In one access: to read a member of the box's value copies the whole of it.
        state.withValue { state in advance(&state, isWoken) }
    }

    private func advance(_ state: inout State, _ isWoken: Bool) {
        var isWoken = isWoken
        while state.continuation != nil {
            guard !state.isCancelled else { return state.stop(.isCancelled) }
            guard channel.isActive else { return state.stop(.hasLeft) }
            guard channel.isWritable else { return state.stop(.isFull) }
            var block = EventBlock()
            switch live.news(from: state.place, orCall: wake) {
            case .events(let events):
                isWoken = false
                state.place += events.count
                let goesOn = state.encoding.encode(events, &block)
                write(block)
                if !goesOn { return state.stop(.isToldAll) }
            case .over: return state.stop(.isToldAll)
            case .nothingYet, nil:
                guard isWoken else { return }
                block.comment()
                return write(block)
            }
        }
    }

    /// Events that come close together leave together: those of one read of the model's answer, mostly.
    private var wake: @Sendable () -> Void {
        {
            let loop = self.channel.eventLoop
            // Most parts of an answer come on this very loop (`LiveRun.reader`).
            if loop.inEventLoop { self.advance(isWoken: true) } else { loop.execute { self.advance(isWoken: true) } }
        }
    }

    private func write(_ block: EventBlock) {
        guard !block.isEmpty else { return }
        channel.writeAndFlush(HTTPResponsePart.body(block.buffer), promise: nil)
    }
}
