import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// A request as it came. A class, as a request is hundreds of bytes, which each function that waits on its way would keep.
final class IncomingRequest: Sendable {
    let head: HTTPRequest
    /// Whether its body is there.
    let isWhole: Bool
    private let body: Mutex<RequestBody>

    init(_ head: HTTPRequest, _ body: RequestBody, isWhole: Bool) {
        self.head = head
        self.body = Mutex(body)
        self.isWhole = isWhole
    }

    /// The request with its body, which whoever carries it out may let go of before it is answered. To be called once.
    func take() -> Request {
        let body = body.withLock { body in
            defer { body = .nothing }
            return body
        }
        return Request(head: head, body: body)
    }

    /// The request as it is known when it is answered.
    var withoutBody: Request { Request(head: head, body: .nothing) }
}

extension RequestBody {
    fileprivate static var nothing: RequestBody { RequestBody(buffer: ByteBuffer()) }
}
