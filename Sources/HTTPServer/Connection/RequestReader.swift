import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Makes requests of what a client sends, one at a time, takes their answers, and closes the connection when all is said.
///
/// A body that is known to be small comes along with its request; any other is read as it comes, and as it is asked for. What a client sends beyond that waits
/// in the kernel, and so do requests of one that does not read its answers.
final class RequestReader: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Reading {
        case betweenRequests
        /// The body is small.
        case collecting(HTTPRequest, ByteBuffer?)
        /// The request has been handed over.
        case streaming(RequestBodySource)
        /// Nobody wants the rest of the body.
        case discarding
    }

    /// For a client whose connection is given up, to get what lies ready.
    private static let lastMoment = TimeAmount.milliseconds(250)

    private var reading = Reading.betweenRequests
    /// From the moment that a request is handed over until its answer has been written.
    private var isAnswering = false
    /// Answers that have been written and have not all left.
    private var unsent = 0
    /// What belongs to the requests behind the one that is being answered.
    private var later = CircularBuffer<HTTPRequestPart>(initialCapacity: 0)
    /// What comes behind all of it is no HTTP.
    private var fault: (any Error)?
    /// The body's buffer is full.
    private var isPaused = false
    private var wantsToRead = false
    /// No request behind the one that is read or answered now is taken.
    private var isLast = false
    private var inputIsClosed = false
    private var outputIsClosed = false
    /// The server shuts down.
    private var isQuiescing = false
    private var bodies = 0
    /// A task that writes faster than the client reads.
    private var writer: CheckedContinuation<Void, any Error>?
    private var isCancelled = false
    private var idleness: ConnectionIdleness
    private var context: ChannelHandlerContext?
    private let inbox: RequestInbox
    private let eventLoop: any EventLoop

    init(_ inbox: RequestInbox, idleTimeout: TimeAmount, on eventLoop: any EventLoop) {
        self.inbox = inbox
        self.eventLoop = eventLoop
        idleness = ConnectionIdleness(timeout: idleTimeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch(in: idleness.timeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        idleness.noteActivity()
        let part = unwrapInboundIn(data)
        if isLast, !isReading { return }
        if later.isEmpty, mayTake { take(part) } else { later.append(part) }
    }

    /// Whether a request, or its body, is being read.
    private var isReading: Bool {
        if case .betweenRequests = reading { false } else { true }
    }

    /// No request begins before the one in front has its answer, nor while the client does not read.
    private var mayTake: Bool { isReading || (!isAnswering && context?.channel.isWritable ?? false) }

    private func take(_ part: HTTPRequestPart) {
        switch (part, reading) {
        case (.head(let head), _):
            if head.asksToClose { isLast = true }
            if head.hasSmallBody { reading = .collecting(head, nil) } else { stream(head) }
        case (.body(let bytes), .collecting(let head, let before)):
            // So that the buffer is not copied when it grows.
            reading = .discarding
            var body = before ?? bytes
            if before != nil { body.writeImmutableBuffer(bytes) }
            reading = .collecting(head, body)
        case (.end, .collecting(let head, let body)):
            reading = .betweenRequests
            handOver(IncomingRequest(head, RequestBody(buffer: body ?? ByteBuffer()), isWhole: true))
        case (.body(let bytes), .streaming(let source)): isPaused = !source.yield(bytes)
        case (.end, .streaming(let source)):
            reading = .betweenRequests
            isPaused = false
            source.finish()
        case (.end, .discarding):
            reading = .betweenRequests
            takeMore()
        case (.body, .discarding), (_, .betweenRequests): break
        }
    }

    /// Hands a request over before its body is there.
    @discardableResult
    private func stream(_ head: HTTPRequest) -> RequestBodySource {
        bodies += 1
        let (body, source) = RequestBodySource.make(bodies, for: self, on: eventLoop)
        reading = .streaming(source)
        handOver(IncomingRequest(head, body, isWhole: false))
        return source
    }

    private func handOver(_ request: IncomingRequest) {
        isAnswering = true
        inbox.put(request)
    }

    /// The reader of a body has caught up.
    func readOn(_ body: Int) {
        guard case .streaming(let source) = reading, source.number == body else { return }
        isPaused = false
        takeMore()
    }

    /// The reader of a body has gone.
    func discard(_ body: Int) {
        guard case .streaming(let source) = reading, source.number == body else { return }
        reading = .discarding
        isPaused = false
        takeMore()
    }

    private func takeMore() {
        while !later.isEmpty, mayTake { take(later.removeFirst()) }
        if later.isEmpty { tellFault() }
        closeWhenOver()
        guard wantsToRead, mayRead else { return }
        wantsToRead = false
        context?.read()
    }

    private var mayRead: Bool { later.isEmpty && !isPaused }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { wantsToRead = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Each packet behind a fault is one more fault. It is read and dropped, so that the client comes to read its answer.
        if case ByteToMessageDecoderError.dataReceivedInErrorState = error { return }
        guard error is HTTPParserError else { return context.close(promise: nil) }
        if isLast, !isReading { return }
        fault = error
        if later.isEmpty { tellFault() }
    }

    /// Answers what is no HTTP, once all in front of it has been answered.
    private func tellFault() {
        guard let fault else { return }
        switch reading {
        case .streaming(let source):
            reading = .discarding
            source.finish(fault)
        case .collecting(let head, _):
            // Its route finds the fault in the body, and says so in the form of its surface.
            stream(head).finish(fault)
            reading = .discarding
        case .discarding:
            // In a body of which nobody wants the rest: its request has its own answer, and another one would be nobody's.
            self.fault = nil
            isLast = true
            return closeWhenOver()
        case .betweenRequests:
            guard !isAnswering else { return }
            self.fault = nil
            isLast = true
            isAnswering = true
            return finish(FaultAnswer.parts(for: fault))
        }
        self.fault = nil
        isLast = true
    }

    // MARK: Answering

    /// Writes the beginning or a part of an answer. The task goes on when the client keeps up.
    func write(_ parts: [HTTPResponsePart], then writer: CheckedContinuation<Void, any Error>) {
        guard let context, context.channel.isActive else {
            return writer.resume(throwing: ChannelError.ioOnClosedChannel)
        }
        guard !isCancelled else { return writer.resume(throwing: CancellationError()) }
        for part in parts { context.write(wrapOutboundOut(outgoing(part)), promise: nil) }
        context.flush()
        if context.channel.isWritable { writer.resume() } else { self.writer = writer }
    }

    /// The connection's task is cancelled: it waits no more, and the client has a moment to read what there is.
    func cancel() {
        isCancelled = true
        writer?.resume(throwing: CancellationError())
        writer = nil
        isLast = true
        later = []
        fault = nil
        eventLoop.assumeIsolated().scheduleTask(in: Self.lastMoment) { self.context?.close(promise: nil) }
        closeWhenOver()
    }

    /// Writes the end of an answer, or all of it.
    func finish(_ parts: [HTTPResponsePart]) {
        guard let context, context.channel.isActive, let end = parts.last else { return }
        for part in parts.dropLast() { context.write(wrapOutboundOut(outgoing(part)), promise: nil) }
        isAnswering = false
        unsent += 1
        if case .streaming(let source) = reading {
            reading = .discarding
            isPaused = false
            source.finish()
        }
        if isLast { later = [] }
        let sent = eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.didSend() }
        context.writeAndFlush(wrapOutboundOut(end), promise: sent)
        takeMore()
    }

    private func outgoing(_ part: HTTPResponsePart) -> HTTPResponsePart {
        guard isLast, case .head(var head) = part else { return part }
        head.headerFields[.connection] = "close"
        return .head(head)
    }

    private func didSend() {
        unsent -= 1
        idleness.noteActivity()
        closeWhenOver()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writer?.resume()
            writer = nil
            takeMore()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: inputIsClosed = true
        case is ChannelShouldQuiesceEvent: isQuiescing = true
        default: break
        }
        context.fireUserInboundEventTriggered(event)
        closeWhenOver()
    }

    /// Closes the connection if nothing is left to be said on it. A client that still sends would lose the last answer if it were
    /// closed in both directions.
    private func closeWhenOver() {
        guard let context, !isAnswering, later.isEmpty, unsent == 0, fault == nil else { return }
        if inputIsClosed || isCancelled || (isQuiescing && (!isReading || outputIsClosed)) {
            context.close(promise: nil)
        } else if isLast, !outputIsClosed {
            outputIsClosed = true
            context.close(mode: .output, promise: nil)
        }
    }

    private func watch(in time: TimeAmount) {
        idleness.check = eventLoop.assumeIsolated().scheduleTask(in: time) {
            guard let context = self.context, context.channel.isActive else { return }
            let unread = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
            let isClientsTurn = !self.isAnswering || (self.isReading && !self.isPaused)
            if let next = self.idleness.next(unread: unread, isClientsTurn: isClientsTurn) {
                self.watch(in: next)
            } else {
                context.close(promise: nil)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        idleness.check?.cancel()
        idleness.check = nil
        inbox.close()
        if case .streaming(let source) = reading { source.finish(ChannelError.inputClosed) }
        reading = .discarding
        writer?.resume(throwing: ChannelError.ioOnClosedChannel)
        writer = nil
    }
}

extension HTTPRequest {
    /// Whether the body, if there is one, has 64 KB at most.
    fileprivate var hasSmallBody: Bool {
        guard let length = headerFields.value(of: .contentLength) else {
            return headerFields.value(of: .transferEncoding) == nil
        }
        return Int(length).map { $0 <= 64 << 10 } ?? false
    }

    fileprivate var asksToClose: Bool {
        guard let wishes = headerFields.value(of: .connection), wishes != "keep-alive" else { return false }
        return wishes.lowercased().split(separator: ",").contains { $0.filter { $0 != " " } == "close" }
    }
}
