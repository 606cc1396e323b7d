import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Tells a client that asks before it sends a body (`Expect: 100-continue`) to go on. Without that, curl waits a second
/// before each body of more than a megabyte, and other clients wait for ever.
final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let limit: Int

    /// - Parameter limit: bytes of a body at most; a longer one is not asked for, and its request is refused at once.
    init(limit: Int) { self.limit = limit }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let request) = unwrapInboundIn(data), expectsContinue(request.headerFields) {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    private func expectsContinue(_ fields: HTTPFields) -> Bool {
        guard let expectation = fields[.expect], expectation.lowercased() == "100-continue" else { return false }
        return fields[.contentLength].flatMap { Int($0) }.map { $0 <= limit } ?? true
    }
}
