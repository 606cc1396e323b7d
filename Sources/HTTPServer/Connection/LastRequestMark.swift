import NIOCore
import NIOHTTP1

/// Marks requests behind which no other can come, as if they had said so (`Connection: close`): those of HTTP/1.0 that do not ask to
/// keep the connection, and those that offer to go on with another protocol, which NIO's parser takes for the end of HTTP.
/// Java's client offers HTTP/2 so.
final class LastRequestMark: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), !head.isKeepAlive || head.headers.contains(name: "upgrade")
        else { return context.fireChannelRead(data) }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
