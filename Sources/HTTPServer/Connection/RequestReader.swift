import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Makes requests of what a client sends, one at a time, and takes their answers.
///
/// A small body comes along with its request; a longer one is read as it is asked for. What a client sends beyond that waits
/// in the kernel.
final class RequestReader: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes of a body that come along with its request.
    static let wholeBodyLimit = 64 << 10

    private enum Reading {
        case betweenRequests
        /// The body is small so far.
        case collecting(HTTPRequest, ByteBuffer?)
        /// The request has been handed over.
        case streaming(RequestBodySource)
        /// Nobody wants the rest of the body.
        case discarding
    }

    private var reading = Reading.betweenRequests
    /// From the moment that a request is handed over until its answer has been written.
    private var isAnswering = false
    /// What belongs to the requests behind the one that is being answered.
    private var later = CircularBuffer<HTTPRequestPart>(initialCapacity: 0)
    /// The body's buffer is full.
    private var isPaused = false
    private var wantsToRead = false
    /// No request behind the one that is read or answered now is taken.
    private var isLast = false
    private var inputIsClosed = false
    private var bodies = 0
    /// A task that writes faster than the client reads.
    private var writer: CheckedContinuation<Void, any Error>?
    private var writerIsCancelled = false
    private var context: ChannelHandlerContext?
    private let inbox: RequestInbox
    private let eventLoop: any EventLoop

    init(_ inbox: RequestInbox, on eventLoop: any EventLoop) {
        self.inbox = inbox
        self.eventLoop = eventLoop
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        close()
        self.context = nil
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isLast, !isReading { return }
        if later.isEmpty, isReading || !isAnswering { take(part) } else { later.append(part) }
    }

    /// Whether the body of a request is being read.
    private var isReading: Bool {
        if case .betweenRequests = reading { false } else { true }
    }

    private func take(_ part: HTTPRequestPart) {
        switch (part, reading) {
        case (.head(let head), _):
            if head.asksToClose { isLast = true }
            let length = head.headerFields.value(of: .contentLength).flatMap { Int($0) } ?? 0
            if length <= Self.wholeBodyLimit { reading = .collecting(head, nil) } else { stream(head) }
        case (.body(let bytes), .collecting(let head, let before)):
            // So that the buffer is not copied when it grows.
            reading = .discarding
            var body = before ?? bytes
            if before != nil { body.writeImmutableBuffer(bytes) }
            if body.readableBytes <= Self.wholeBodyLimit {
                reading = .collecting(head, body)
            } else {
                stream(head).yield(body)
            }
        case (.end, .collecting(let head, let body)):
            reading = .betweenRequests
            handOver(Request(head: head, body: RequestBody(buffer: body ?? ByteBuffer())))
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
        handOver(Request(head: head, body: body))
        return source
    }

    private func handOver(_ request: Request) {
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
        while !later.isEmpty, isReading || !isAnswering { take(later.removeFirst()) }
        guard wantsToRead, mayRead else { return }
        wantsToRead = false
        context?.read()
    }

    private var mayRead: Bool { later.isEmpty && !isPaused }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { wantsToRead = true }
    }

    // MARK: Answering

    /// Writes the beginning or a part of an answer. The task goes on when the client keeps up.
    func write(_ parts: [HTTPResponsePart], then writer: CheckedContinuation<Void, any Error>) {
        guard let context, context.channel.isActive else {
            return writer.resume(throwing: ChannelError.ioOnClosedChannel)
        }
        guard !writerIsCancelled else { return writer.resume(throwing: CancellationError()) }
        for part in parts { context.write(wrapOutboundOut(part), promise: nil) }
        context.flush()
        if context.channel.isWritable { writer.resume() } else { self.writer = writer }
    }

    /// The connection's task is cancelled: it waits no more.
    func cancelWriter() {
        writerIsCancelled = true
        writer?.resume(throwing: CancellationError())
        writer = nil
    }

    /// Writes the end of an answer, or all of it.
    func finish(_ parts: [HTTPResponsePart]) {
        guard let context, context.channel.isActive else { return }
        for part in parts.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
        isAnswering = false
        if case .streaming(let source) = reading {
            reading = .discarding
            isPaused = false
            source.finish()
        }
        guard let end = parts.last else { return }
        var written: EventLoopPromise<Void>?
        if isLast || inputIsClosed && later.isEmpty {
            isLast = true
            later = []
            written = eventLoop.makePromise(of: Void.self)
            written?.futureResult.assumeIsolated().whenComplete { _ in self.closeOutput() }
        }
        context.writeAndFlush(wrapOutboundOut(end), promise: written)
        takeMore()
    }

    /// A client that still sends would lose the answer if the connection were closed in both directions.
    private func closeOutput() { context?.close(mode: inputIsClosed ? .all : .output, promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writer?.resume()
            writer = nil
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            inputIsClosed = true
            if !isAnswering, later.isEmpty { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        isLast = true
        switch reading {
        case .streaming(let source):
            reading = .discarding
            source.finish(error)
        case .collecting(let head, _):
            // Its route finds the fault in the body, and says so in the form of its surface.
            stream(head).finish(error)
            reading = .discarding
        case .betweenRequests, .discarding:
            guard !isAnswering else { return }
            isAnswering = true
            let head = HTTPResponse(status: .badRequest, headerFields: [.connection: "close", .contentLength: "0"])
            finish([.head(head), .end(nil)])
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    private func close() {
        inbox.close()
        if case .streaming(let source) = reading { source.finish(ChannelError.inputClosed) }
        reading = .discarding
        writer?.resume(throwing: ChannelError.ioOnClosedChannel)
        writer = nil
    }
}

extension HTTPRequest {
    fileprivate var asksToClose: Bool { headerFields.value(of: .connection)?.lowercased() == "close" }
}
