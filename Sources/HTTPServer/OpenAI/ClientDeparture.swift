import NIOCore

/// Notices that a client closes its connection, or its half of it, while it is being answered. A server that only
/// writes when it has something to say would learn of that much later.
///
/// It watches until `stop`, or until it is let go.
final class ClientDeparture: Sendable {
    private let channel: any Channel
    private let watch: NIOLoopBound<Watch>

    /// - Parameter onDeparture: is called on the connection's event loop, at once when the client has left already.
    init(of channel: any Channel, onDeparture: @escaping @Sendable () -> Void) async throws {
        self.channel = channel
        watch = try await channel.eventLoop.submit {
            let watch = Watch(onDeparture)
            if channel.isActive {
                try channel.pipeline.syncOperations.addHandler(watch, position: .first)
            } else {
                onDeparture()
            }
            return NIOLoopBound(watch, eventLoop: channel.eventLoop)
        }.get()
    }

    deinit { stop() }

    func stop() {
        channel.eventLoop.execute { [channel, watch] in
            guard watch.value.isWatching else { return }
            watch.value.isWatching = false
            channel.pipeline.syncOperations.removeHandler(watch.value, promise: nil)
        }
    }
}

private final class Watch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// Whether it is a part of the connection.
    var isWatching = false
    private var onDeparture: (@Sendable () -> Void)?

    init(_ onDeparture: @escaping @Sendable () -> Void) { self.onDeparture = onDeparture }

    func handlerAdded(context: ChannelHandlerContext) { isWatching = true }

    func handlerRemoved(context: ChannelHandlerContext) {
        isWatching = false
        onDeparture = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { tell() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tell()
        context.fireChannelInactive()
    }

    private func tell() {
        onDeparture?()
        onDeparture = nil
    }
}
