import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// One exchange with the backend over HTTP, in pieces: each is asked for when the one before is dealt with, in both
/// directions, so that the slower side sets the pace and nothing is collected.
final class BackendExchange: HTTPClientResponseDelegate {
    typealias Response = Void

    private enum Part: Sendable {
        case head(HTTPResponseHead)
        case piece(ByteBuffer)
    }

    private enum Lifecycle {
        case idle
        case running(HTTPClient.Task<Void>)
        case ended
    }

    private let answer = HandOver<Part>()
    private let connection = HandOver<HTTPClient.Body.StreamWriter>()
    private let written = HandOver<Void>()
    private let lifecycle = Mutex(Lifecycle.idle)
    /// Is to be completed when the request's body has been sent.
    private let bodySent = Mutex<EventLoopPromise<Void>?>(nil)
    private let watchdog = Mutex<NIOScheduledCallback?>(nil)
    /// Uptime in nanoseconds since when it has been the backend's turn; 0 when it is not.
    private let backendsTurnSince = Atomic<UInt64>(0)
    private let hasBegun = Atomic<Bool>(false)
    /// The backend has refused before all of the request was sent.
    private let isRefused = Atomic<Bool>(false)
    /// Bytes of the body of such a refusal that are still to come; the most there can be when the backend did not say.
    private let restOfRefusal = Atomic<Int>(.max)
    private let patience: Patience

    /// Of a refusal, which is short: the longest silence in it, if no shorter one is asked for.
    private static let longestPauseInRefusal = TimeAmount.seconds(2)

    init(patience: Patience) { self.patience = patience }

    // MARK: What a caller does

    /// Begins the exchange. Fails when the request's address is none.
    func start(_ request: PassThroughRequest, at endpoints: BackendEndpoints, on client: HTTPClient) throws {
        let body = body(request.body, on: client.eventLoopGroup.any())
        let request = try endpoints.request(passingThrough: request, body: body)
        guard !isOver else { throw CancellationError() }
        let task = client.execute(request: request, delegate: self)
        // A client that is shut down tells the delegate nothing.
        task.futureResult.whenFailure { [self] error in
            // So it tells that a refusal was over when the request ended.
            let isOver = (error as? HTTPClientError) == .requestStreamCancelled && isRefused.load(ordering: .relaxed)
            if isOver { finish() } else { end(error) }
        }
        let isEnded = lifecycle.withLock { state -> Bool in
            if case .ended = state { return true }
            state = .running(task)
            return false
        }
        if isEnded { task.fail(reason: CallFailure.cancelled) }
    }

    /// Sends the body, each piece when the one before is written, and stops when the exchange fails, or the task is cancelled
    /// as the backend has refused. What goes wrong is told where the answer is awaited.
    func upload<Body: AsyncSequence & Sendable>(_ body: Body, length: Int?, limit: Int) async
    where Body.Element == ByteBuffer {
        do {
            guard let writer = try await connectedWriter() else { return }
            backendsTurnSince.store(0, ordering: .relaxed)
            var pieces = body.makeAsyncIterator()
            var total = 0
            while let piece = try await Self.next(&pieces) {
                total += piece.readableBytes
                guard total <= limit else { throw PassThroughFailure.tooLarge }
                backendsTurn()
                try await write(piece, writer)
                backendsTurnSince.store(0, ordering: .relaxed)
            }
            // A cancelled body ends early, too.
            guard total == length || !Task.isCancelled else { return }
            guard length == nil || length == total else { throw PassThroughFailure.brokenBody }
            endBody(nil)
        } catch let failure as PassThroughFailure {
            if !Task.isCancelled { fail(failure) }
        } catch {
            // The exchange has failed, or the backend refuses without reading on: both are known already.
        }
    }

    func head() async throws -> HTTPResponseHead {
        guard case .head(let head) = try await answer.next() else { throw CallFailure.closed }
        return head
    }

    /// The next piece of the answer's body; nil at its end.
    func nextPiece() async throws -> ByteBuffer? {
        if restOfRefusal.load(ordering: .relaxed) <= 0 {
            // AsyncHTTPClient tells of the end only when the request has been sent.
            cancel()
            return nil
        }
        backendsTurn()
        defer { backendsTurnSince.store(0, ordering: .relaxed) }
        guard case .piece(let piece) = try await answer.next() else { return nil }
        restOfRefusal.subtract(piece.readableBytes, ordering: .relaxed)
        return piece
    }

    /// Breaks the exchange off, unless it has ended.
    func cancel() { fail(CallFailure.cancelled) }

    // MARK: Ends

    private var isOver: Bool { lifecycle.withLock { if case .ended = $0 { true } else { false } } }

    private func fail(_ error: any Error) {
        let task = lifecycle.withLock { state -> HTTPClient.Task<Void>? in
            defer { state = .ended }
            if case .running(let task) = state { return task } else { return nil }
        }
        end(error)
        task?.fail(reason: error)
    }

    private func finish() {
        stopWatchdog()
        lifecycle.withLock { $0 = .ended }
        endBody(nil)
        answer.finish()
    }

    private func end(_ error: any Error) {
        lifecycle.withLock { $0 = .ended }
        answer.fail(error)
        connection.fail(error)
        written.fail(error)
        endBody(error)
        stopWatchdog()
    }

    /// Returns whether the body had not ended before.
    @discardableResult
    private func endBody(_ error: (any Error)?) -> Bool {
        let promise = bodySent.withLock { promise in
            defer { promise = nil }
            return promise
        }
        guard let promise else { return false }
        if let error { promise.fail(error) } else { promise.succeed() }
        return true
    }

    // MARK: The request's body

    private func body(_ body: PassThroughRequest.Body, on eventLoop: any EventLoop) -> HTTPClient.Body? {
        switch body {
        case .none: nil
        case .whole(let bytes): .byteBuffer(bytes)
        case .streamed(let length):
            .stream(contentLength: length.map { Int64($0) }) { [self] writer in
                let sent = eventLoop.makePromise(of: Void.self)
                bodySent.withLock { $0 = sent }
                connection.offer(writer, on: eventLoop).whenFailure { [self] in endBody($0) }
                return sent.futureResult
            }
        }
    }

    /// Returns when the piece is on its way, and no later than it is known that nobody will read it.
    private func write(_ piece: ByteBuffer, _ writer: HTTPClient.Body.StreamWriter) async throws {
        let sent = writer.write(.byteBuffer(piece))
        sent.whenComplete { [self] result in
            switch result {
            case .success: _ = written.offer((), on: sent.eventLoop)
            case .failure(let error): written.fail(error)
            }
        }
        _ = try await written.next()
    }

    private func connectedWriter() async throws -> HTTPClient.Body.StreamWriter? {
        try await withTaskCancellationHandler {
            try await connection.next()
        } onCancel: {
            connection.fail(CancellationError())
        }
    }

    /// The next piece of a caller's body, whose faults are told from the backend's.
    private static func next<Pieces: AsyncIteratorProtocol>(
        _ pieces: inout Pieces
    ) async throws(PassThroughFailure) -> ByteBuffer? where Pieces.Element == ByteBuffer {
        do {
            return try await pieces.next()
        } catch {
            throw error is CancellationError ? .cancelled : .brokenBody
        }
    }

    // MARK: HTTPClientResponseDelegate

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        backendsTurn()
        look(at: .now() + min(patience.firstByte, patience.idle), Watch(self, task))
    }

    func didSendRequest(task: HTTPClient.Task<Void>) {
        if !hasBegun.load(ordering: .relaxed) { backendsTurn() }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        hasBegun.store(true, ordering: .relaxed)
        backendsTurnSince.store(0, ordering: .relaxed)
        // A backend that refuses need not read the rest of the request.
        if head.status.code >= 300 {
            if bodySent.withLock({ $0 != nil }) { noteRefusal(head, task) }
            written.fail(CallFailure.closed)
        }
        return answer.offer(.head(head), on: task.eventLoop)
    }

    private func noteRefusal(_ head: HTTPResponseHead, _ task: HTTPClient.Task<Void>) {
        isRefused.store(true, ordering: .relaxed)
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) {
            restOfRefusal.store(head.status == .notModified ? 0 : length, ordering: .relaxed)
        }
        look(at: .now() + longestSilence, Watch(self, task))
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        answer.offer(.piece(buffer), on: task.eventLoop)
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws { finish() }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { end(error) }
}

// MARK: Silence

extension BackendExchange {
    private func backendsTurn() {
        backendsTurnSince.store(NIODeadline.now().uptimeNanoseconds, ordering: .relaxed)
    }

    /// For how long the backend may be silent now.
    private var longestSilence: TimeAmount {
        guard hasBegun.load(ordering: .relaxed) else { return patience.firstByte }
        return isRefused.load(ordering: .relaxed) ? min(patience.idle, Self.longestPauseInRefusal) : patience.idle
    }

    private func stopWatchdog() {
        watchdog.withLock { timer in
            timer?.cancel()
            timer = nil
        }
    }

    /// Sets the time of the next look.
    private func look(at time: NIODeadline, _ watch: Watch) {
        let timer = try? watch.task.eventLoop.scheduleCallback(at: time, handler: watch)
        watchdog.withLock { before in
            before?.cancel()
            before = timer
        }
    }

    /// Gives the exchange up when it has been the backend's turn for too long; looks again later otherwise.
    fileprivate func look(_ watch: Watch) {
        guard !isOver else { return }
        let hasBegun = hasBegun.load(ordering: .relaxed)
        let limit = longestSilence
        let since = backendsTurnSince.load(ordering: .relaxed)
        let now = NIODeadline.now()
        let deadline = since == 0 ? now + limit : NIODeadline.uptimeNanoseconds(since) + limit
        guard deadline > now else {
            // AsyncHTTPClient may have the end of the refusal and wait for the request's body before it tells (`.endReceived` of
            // its `RequestBag.StateMachine`): ending the body succeeds the task then. When the end is still to come, a body of
            // known length that was cut fails it (`bodyLengthMismatch`), and of one in chunks the end is sent, which the backend
            // has refused anyway.
            if isRefused.load(ordering: .relaxed), endBody(nil) { return look(at: now + limit, watch) }
            fail(CallFailure.silent(limit, afterFirstByte: hasBegun))
            return
        }
        // The answer may begin in a moment: from then on the shorter limit counts.
        look(at: hasBegun ? deadline : min(deadline, now + patience.idle), watch)
    }
}

/// Looks now and then whether the backend has been silent for too long: one timer for an exchange, which its pieces do
/// not touch.
private final class Watch: NIOScheduledCallbackHandler, Sendable {
    private let exchange: BackendExchange
    let task: HTTPClient.Task<Void>

    init(_ exchange: BackendExchange, _ task: HTTPClient.Task<Void>) {
        self.exchange = exchange
        self.task = task
    }

    func handleScheduledCallback(eventLoop: some EventLoop) { exchange.look(self) }
}
