import HTTPTypes
import Hummingbird

/// Finds out under which prefix a client sees the server: what a proxy that is trusted says in `X-Forwarded-Prefix`, else what
/// the server was told at its start.
struct FacadePrefix: Sendable {
    private let rootPath: String
    private let trustsProxy: @Sendable (String) -> Bool

    /// Characters of a prefix that is believed.
    private static let longest = 200

    init(_ options: ServerOptions) {
        rootPath = options.rootPath
        trustsProxy = options.trustsProxy
    }

    func links(for request: Request, _ context: APIRequestContext) -> FacadeFileLinks {
        guard let named = request.headers[.forwardedPrefix], let prefix = Self.path(named),
            let peer = context.peerAddress?.ipAddress, trustsProxy(peer)
        else { return FacadeFileLinks(prefix: rootPath) }
        return FacadeFileLinks(prefix: prefix)
    }

    /// Without a slash at its end; nil for what is no plain path.
    private static func path(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/-._~".utf8.contains(byte)
            }
        }
        guard isPlain, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= longest else { return nil }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

extension HTTPField.Name {
    static let forwardedPrefix = HTTPField.Name.constant("x-forwarded-prefix")
}
