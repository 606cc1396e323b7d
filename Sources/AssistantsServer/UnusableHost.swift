import Foundation
import NIOCore
import NIOPosix

/// The server cannot listen at the address that `HOST` is: it is nobody's, or another machine's.
struct UnusableHost: Error, CustomStringConvertible {
    private let host: String
    private let reason: String
    /// Whether the next start would fail as well. Otherwise a resolver that does not answer yet, or an interface that is not up
    /// yet, may be all that is wrong.
    let isLasting: Bool

    /// Nil for an error that is about something else.
    init?(_ error: any Error, host: String) {
        switch error {
        case let error as SocketAddressError.UnknownHost:
            reason = "no address is known for it: \(error.errorDescription)"
            isLasting = error.errorCode == Int(EAI_NONAME)
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            reason = "it is no address of this machine"
            isLasting = false
        case let error as IOError where error.errnoCode == EAFNOSUPPORT:
            reason = "this machine has no addresses of its kind"
            isLasting = true
        default: return nil
        }
        self.host = host
    }

    var description: String {
        "HOST is \"\(host)\" (\(reason)); legal: an address of this machine or a host name that has one, "
            + "such as 127.0.0.1, or 0.0.0.0 for all"
    }

    /// The error in words that name the setting, where it is about that.
    static func explaining(_ error: any Error, host: String) -> any Error {
        guard let unusable = UnusableHost(error, host: host) else { return error }
        return unusable
    }
}
