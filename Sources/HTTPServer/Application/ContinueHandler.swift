import HTTPTypes
import NIOCore
import NIOHTTPTypes
import RunEngine

/// Tells a client that asks before it sends a body (`Expect: 100-continue`) to go on. Without that, curl waits a second
/// before each body of more than a megabyte, and other clients wait for ever.
final class ContinueHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let limit: Int
    private let fileLimits: FileLimits

    /// - Parameter limit: bytes of a body at most, uploads of files aside; a longer one is not asked for, and its request is
    ///   refused at once.
    init(limit: Int, fileLimits: FileLimits) {
        self.limit = limit
        self.fileLimits = fileLimits
    }

    /// A connection keeps the buffer of its last read, and most requests are small.
    func handlerAdded(context: ChannelHandlerContext) {
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65536)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let request) = unwrapInboundIn(data), expectsContinue(request) {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    private func expectsContinue(_ request: HTTPRequest) -> Bool {
        let fields = request.headerFields
        guard let expectation = fields.value(of: .expect), expectation.lowercased() == "100-continue" else {
            return false
        }
        let path = request.path?.prefix { $0 != "?" }
        let limit = path.flatMap { FileForm.Shape(path: String($0), fileLimits) }?.bodyLimit ?? limit
        return fields[.contentLength].flatMap { Int($0) }.map { $0 <= limit } ?? true
    }
}
