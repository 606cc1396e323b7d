import NIOCore
import NIOHTTP1

/// Joins what belongs together on an HTTP/1 connection: the pieces of an answer that came in one read, and the writes
/// of one request.
///
/// A model's answer may come as hundreds of chunks of some 200 bytes. The HTTP client handles each on its own, which
/// costs twice as much as reading what is in it; joined they are handled once. The client also flushes a request's
/// head before its body: held back, both leave in one system call.
final class MessageBatching: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private static let capacity = 16 << 10

    /// The body as far as it came in this read.
    private var pending: ByteBuffer?
    /// Whether `pending` is memory of ours, which others do not share.
    private var isJoined = false
    /// What was written of a request is held back, as the rest of it comes at once.
    private var isHolding = false
    /// Bytes of the request's body that are not written yet; nil where its length is not known.
    private var bodyLeft: Int?
    /// Whether what is held back leaves at the end of the event loop's turn.
    private var willFlush = false
    private var isRemoved = false

    /// Puts itself into a connection of the HTTP client, behind what takes HTTP apart.
    static func install(on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            // A connection keeps the buffer of its last read, and what a model sends at a time is mostly a word.
            let allocator = AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65536)
            try channel.syncOptions?.setOption(.recvAllocator, value: allocator)
            let operations = channel.pipeline.syncOperations
            let decoder = try operations.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try operations.addHandler(MessageBatching(), position: .after(decoder))
        }
    }

    // MARK: Answers

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .body(let part) = unwrapInboundIn(data) else {
            passOn(context)
            context.fireChannelRead(data)
            return
        }
        guard var joined = pending else {
            pending = part
            isJoined = false
            return
        }
        pending = nil
        if !isJoined {
            var own = context.channel.allocator.buffer(capacity: Self.capacity)
            own.writeImmutableBuffer(joined)
            joined = own
            isJoined = true
        }
        joined.writeImmutableBuffer(part)
        pending = joined
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passOn(context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        passOn(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        passOn(context)
        context.fireErrorCaught(error)
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard let body = pending else { return }
        pending = nil
        context.fireChannelRead(wrapInboundOut(.body(body)))
    }

    // MARK: Requests

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isHolding = true
            bodyLeft = head.headers.first(name: "content-length").flatMap { Int($0) }
        case .body(let piece):
            // Who sends a body in pieces may wait until each is gone. They are held back no longer than it takes to see whether the
            // rest comes at once; the last one waits for the end.
            bodyLeft = bodyLeft.map { $0 - piece.readableBytes }
            isHolding = bodyLeft != nil
            if let bodyLeft, bodyLeft > 0 { flushSoon(context) }
        case .end: isHolding = false
        }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        if !isHolding {
            context.flush()
        } else if !context.channel.isWritable {
            // What is held back counts, and the rest may wait until the connection takes more.
            flushSoon(context)
        }
    }

    private func flushSoon(_ context: ChannelHandlerContext) {
        guard !willFlush else { return }
        willFlush = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (batching, context) = bound.value
            batching.willFlush = false
            if !batching.isRemoved { context.flush() }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { isRemoved = true }
}
