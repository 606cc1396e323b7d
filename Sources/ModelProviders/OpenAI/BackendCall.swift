import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// One HTTP call to a backend, from the request to the end of its answer.
///
/// The answer is read on the event loop of its connection and each part handed on there, or on that of who reads along, so
/// that an answer of many parts costs one task switch, at its end. All callbacks of the HTTP client come in order and never concurrently.
final class BackendCall<Stream: AnswerStream>: HTTPClientResponseDelegate {
    typealias Response = Void

    private typealias Continuation = CheckedContinuation<Void, Never>

    private enum Lifecycle {
        /// Kept here and not by the caller, so that a long conversation is let go once it is sent.
        case idle(RequestBody)
        case running(Continuation, HTTPClient.Task<Void>?)
        case ended(Result<ChatOutcome, CallFailure>)
    }

    fileprivate let reading: Mutex<AnswerReading<Stream>>
    private let lifecycle: Mutex<Lifecycle>
    private let watchdog: Mutex<NIOScheduledCallback?> = Mutex(nil)
    /// Uptime in nanoseconds of the last byte, 0 before the first.
    private let lastByte = Atomic<UInt64>(0)
    private let sentAt = Atomic<UInt64>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let hasHandedOn = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    private let patience: Patience
    private let receive: @Sendable ([ChatEvent]) -> Void

    init(body: RequestBody, patience: Patience, receive: @escaping @Sendable ([ChatEvent]) -> Void) {
        lifecycle = Mutex(.idle(body))
        self.patience = patience
        self.receive = receive
        reading = Mutex(AnswerReading())
    }

    /// Whether a part of the answer has been handed on.
    var hasReceived: Bool { hasHandedOn.load(ordering: .acquiring) }

    /// What came of the call. To be asked for after its end.
    var result: Result<ChatOutcome, CallFailure> {
        lifecycle.withLock { state in
            if case .ended(let result) = state { result } else { .failure(.cancelled) }
        }
    }

    /// Makes the call and waits for its end. To be called once. The `result` is kept here, and not handed back: each function
    /// on the way would have room for it while the call waits.
    ///
    /// - Parameter reader: the event loop on which parts are best handed on: a connection of that loop is taken where there is one.
    @inline(never)
    func run(
        _ wireProtocol: WireProtocol,
        at endpoints: BackendEndpoints,
        on client: HTTPClient,
        near reader: (any EventLoop)?
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { start($0, wireProtocol, endpoints, client, reader) }
        } onCancel: {
            isCancelled.store(true, ordering: .releasing)
            let task = lifecycle.withLock { state -> HTTPClient.Task<Void>? in
                if case .running(_, let task) = state { task } else { nil }
            }
            task?.fail(reason: CallFailure.cancelled)
        }
    }

    /// Not inlined: the request takes kilobytes, which would be kept for as long as the call waits.
    @inline(never)
    private func start(
        _ continuation: Continuation,
        _ wireProtocol: WireProtocol,
        _ endpoints: BackendEndpoints,
        _ client: HTTPClient,
        _ reader: (any EventLoop)?
    ) {
        let body = lifecycle.withLock { state -> RequestBody in
            guard case .idle(let body) = state else { preconditionFailure("a call is made once") }
            state = .running(continuation, nil)
            return body
        }
        if isCancelled.load(ordering: .acquiring) {
            end(.failure(.cancelled))
            return
        }
        let task = client.execute(
            request: endpoints.request(wireProtocol, body: body),
            delegate: self,
            eventLoop: reader.map { .delegate(on: $0) } ?? .indifferent
        )
        lifecycle.withLock { state in
            if case .running(let continuation, nil) = state { state = .running(continuation, task) }
        }
        // A client that is shut down tells the delegate nothing.
        task.futureResult.whenFailure { [self] error in didReceiveError(task: task, error) }
        if isCancelled.load(ordering: .acquiring) { task.fail(reason: CallFailure.cancelled) }
    }

    private func end(_ result: Result<ChatOutcome, CallFailure>) {
        hasEnded.store(true, ordering: .relaxed)
        let continuation = lifecycle.withLock { state -> Continuation? in
            guard case .running(let continuation, _) = state else { return nil }
            state = .ended(result)
            return continuation
        }
        continuation?.resume()
    }

    private func stopWatchdog() {
        watchdog.withLock { timer in
            timer?.cancel()
            timer = nil
        }
    }

    /// Reads on, and hands on what came, unless the call was given up meanwhile (a receiver may do so).
    private func read<Result>(
        _ body: (inout AnswerReading<Stream>, (ChatEvent) -> Void) throws(CallFailure) -> Result
    ) throws(CallFailure) -> Result {
        var parts: [ChatEvent] = []
        defer { handOn(parts) }
        return try reading.withLock { (reading) throws(CallFailure) in try body(&reading) { parts.append($0) } }
    }

    private func handOn(_ parts: [ChatEvent]) {
        guard !parts.isEmpty, !hasEnded.load(ordering: .relaxed), !isCancelled.load(ordering: .relaxed) else { return }
        // Thinking is no part of the answer: what broke off after it can be asked for again.
        if !parts.allSatisfy(\.isThinking) { hasHandedOn.store(true, ordering: .releasing) }
        receive(parts)
    }

    // MARK: HTTPClientResponseDelegate

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        sentAt.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        let watch = Watch(call: self, task: task)
        let timer = try? task.eventLoop.scheduleCallback(in: min(patience.firstByte, patience.idle), handler: watch)
        watchdog.withLock { $0 = timer }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        reading.withLock { $0.begin(head) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        guard !hasEnded.load(ordering: .relaxed) else { return task.eventLoop.makeSucceededVoidFuture() }
        lastByte.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
        do {
            let outcome = try read { (reading, emit) throws(CallFailure) in try reading.receive(buffer, emit: emit) }
            // The client does not notice a cancellation when all of the answer lies ready.
            if isCancelled.load(ordering: .acquiring) { throw CallFailure.cancelled }
            if let outcome { end(.success(outcome)) }
            return task.eventLoop.makeSucceededVoidFuture()
        } catch {
            return task.eventLoop.makeFailedFuture(error)
        }
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws {
        stopWatchdog()
        guard !hasEnded.load(ordering: .relaxed) else { return }
        do {
            end(.success(try read { (reading, emit) throws(CallFailure) in try reading.finish(emit: emit) }))
        } catch {
            end(.failure(error))
        }
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        stopWatchdog()
        guard !hasEnded.load(ordering: .relaxed) else { return }
        if let failure = error as? CallFailure, failure.error.kind != .timedOut {
            end(.failure(failure))
            return
        }
        let known = try? read { (reading, emit) throws(CallFailure) in reading.interrupted(emit: emit) }
        var failure = error as? CallFailure ?? CallFailure(transport: error)
        if failure == .closed, !reading.withLock({ $0.hasBegun }) { failure.remedy = .newConnection }
        end(known ?? .failure(failure))
    }
}

/// Looks now and then whether a call has been silent for too long: one timer per call, which a part of an answer does
/// not touch.
private final class Watch<Stream: AnswerStream>: NIOScheduledCallbackHandler, Sendable {
    private let call: BackendCall<Stream>
    private let task: HTTPClient.Task<Void>

    init(call: BackendCall<Stream>, task: HTTPClient.Task<Void>) {
        self.call = call
        self.task = task
    }

    func handleScheduledCallback(eventLoop: some EventLoop) { call.look(task, self) }
}

extension BackendCall where Stream == ChatCompletionsStream {
    /// The name under which the backend showed its model's thinking.
    var reasoningMember: BackendTraits.ReasoningMember? { reading.withLock { $0.stream.reasoningMember } }
}

extension BackendCall {
    fileprivate func look(_ task: HTTPClient.Task<Void>, _ watch: Watch<Stream>) {
        let now = NIODeadline.now()
        let last = lastByte.load(ordering: .relaxed)
        let limit = last == 0 ? patience.firstByte : patience.idle
        let since = last == 0 ? sentAt.load(ordering: .relaxed) : last
        let deadline = NIODeadline.uptimeNanoseconds(since) + limit
        guard deadline > now else {
            task.fail(reason: CallFailure.silent(limit, afterFirstByte: last != 0))
            return
        }
        // The first byte may come in a moment: from then on the shorter limit counts.
        let next = last == 0 ? min(deadline, now + patience.idle) : deadline
        let timer = try? task.eventLoop.scheduleCallback(at: next, handler: watch)
        watchdog.withLock { $0 = timer }
    }
}

extension ChatEvent {
    fileprivate var isThinking: Bool {
        if case .reasoning = self { true } else { false }
    }
}
