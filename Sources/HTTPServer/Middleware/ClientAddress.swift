import HTTPTypes
import Hummingbird

/// Tells where a request came from: the peer, or what a trusted proxy says of it.
struct ClientAddress: Sendable {
    let trustsProxy: @Sendable (String) -> Bool

    /// The nearest address in `X-Forwarded-For` that is no trusted proxy itself. What lies beyond it anyone can write.
    func of(_ request: Request, _ context: APIRequestContext) -> String {
        let peer = context.peerAddress?.ipAddress ?? "unknown"
        guard trustsProxy(peer) else { return peer }
        let forwarded = request.headers[values: .forwardedFor].joined(separator: ",")
        let hops = forwarded.split(separator: ",").map { String($0.drop { $0 == " " }.prefix { $0 != " " }) }
        return hops.last { !trustsProxy($0) } ?? hops.first ?? peer
    }
}

extension HTTPField.Name {
    static let forwardedFor = HTTPField.Name.constant("x-forwarded-for")
}
