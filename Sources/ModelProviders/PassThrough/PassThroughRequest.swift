import Foundation
import NIOCore

/// A caller's request that is for the backend to answer.
package struct PassThroughRequest: Sendable {
    package enum Body: Sendable {
        case none
        case whole(ByteBuffer)
        /// Is sent as it arrives. The length is in bytes, nil where it is not known.
        case streamed(length: Int?)
    }

    package var method: String
    /// Below the base URL, percent-encoded, beginning with a slash.
    package var path: String
    /// Percent-encoded, without the question mark.
    package var query: String?
    /// All headers of the caller; those that are not for the backend are left out.
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(
        method: String,
        path: String,
        query: String?,
        headers: [(name: String, value: String)],
        body: Body
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Whether the path stays below the base URL however a server reads it.
    package static func isSafe(path: String) -> Bool {
        guard let decoded = path.removingPercentEncoding else { return false }
        return decoded.split { $0 == "/" || $0 == "\\" }.allSatisfy { $0 != "." && $0 != ".." }
            && decoded.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "#" && $0 != "?" }
    }
}

/// The head of a backend's answer.
package struct PassThroughAnswer: Sendable {
    package var status: Int
    /// Those that are for the caller, names in small letters.
    package var headers: [(name: String, value: String)]
    /// Bytes of the body; nil where the end is known only when it comes.
    package var length: Int?
}

/// Why a request was not answered by the backend.
package enum PassThroughFailure: Error, Sendable {
    /// The backend failed or refused us, in words that name neither its address nor its key.
    case backend(ModelError)
    /// The caller's body is longer than is allowed.
    case tooLarge
    /// The caller's body broke off.
    case brokenBody
    /// The caller left, or the server stops.
    case cancelled
}
