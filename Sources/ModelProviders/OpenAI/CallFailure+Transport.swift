import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

extension CallFailure {
    /// What went wrong between us and the backend, in words that name neither address nor key.
    init(transport error: any Error) {
        switch error {
        case let error as HTTPClientError: self.init(client: error)
        case let error as ChannelError: self.init(channel: error)
        case let error as NIOConnectionError: self.init(connection: error)
        case let error as IOError: self.init(io: error)
        case let error as HTTPParserError: self.init(parser: error)
        default: self.init(unknown: error)
        }
    }

    /// No byte within the time that is borne.
    static func silent(_ limit: TimeAmount, afterFirstByte: Bool) -> CallFailure {
        let seconds = Double(limit.nanoseconds) / 1e9
        let time = seconds.rounded() == seconds ? "\(Int(seconds))" : "\(seconds)"
        return CallFailure(
            .timedOut,
            afterFirstByte
                ? "The model backend fell silent for \(time) s in the middle of its answer."
                : "The model backend did not begin to answer within \(time) s."
        )
    }

    private static let connectTimeout = CallFailure(
        .timedOut,
        "No connection to the model backend was made in time.",
        isTransient: true
    )

    static let closed = CallFailure.broken(
        "The model backend closed the connection before its answer was complete."
    )

    private static let notHTTP = CallFailure.broken("The model backend sent what is not HTTP.")

    private init(client error: HTTPClientError) {
        switch error {
        case .cancelled: self = .cancelled
        case .alreadyShutdown: self.init(.unavailable, "The connections to the model backend are closed.")
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout: self = .connectTimeout
        case .deadlineExceeded: self.init(.timedOut, "The model backend did not answer in time.", isTransient: true)
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: self = .closed
        default: self = .broken("The call to the model backend failed: \(error.shortDescription).")
        }
    }

    private init(channel error: ChannelError) {
        if case .connectTimeout = error { self = .connectTimeout } else { self = .closed }
    }

    private init(connection error: NIOConnectionError) {
        if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
            self.init(.unavailable, "The name of the model backend's host is not known.", isTransient: true)
        } else if let first = error.connectionErrors.first?.error as? IOError {
            self.init(io: first)
        } else if error.connectionErrors.contains(where: { ($0.error as? ChannelError)?.isConnectTimeout == true }) {
            self = .connectTimeout
        } else {
            self.init(.unavailable, "No connection to the model backend could be made.", isTransient: true)
        }
    }

    private init(io error: IOError) {
        switch error.errnoCode {
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, ENOENT, EACCES, EADDRNOTAVAIL:
            let reason = String(cString: strerror(error.errnoCode)).lowercased()
            self.init(
                .unavailable,
                "No connection to the model backend could be made (\(reason)).",
                isTransient: true
            )
        case ETIMEDOUT:
            self.init(.timedOut, "The connection to the model backend timed out.", isTransient: true)
        case EMFILE, ENFILE:
            self.init(.unavailable, "No connection to the model backend could be made (too many open files).")
        default: self = .closed
        }
    }

    private init(parser error: HTTPParserError) {
        switch error {
        // The connection ended before the length, or the last chunk, that the head had promised.
        case .invalidEOFState, .closedConnection: self = .cutShort
        default: self = .notHTTP
        }
    }

    /// Errors of TLS, whose types belong to packages that we do not import, and what follows an error of parsing.
    private init(unknown error: any Error) {
        let type = String(describing: type(of: error))
        if type.contains("SSL") || type.contains("TLS") {
            self.init(.unavailable, "No secure connection to the model backend could be made.", isTransient: true)
        } else {
            self = .notHTTP
        }
    }
}

extension ChannelError {
    fileprivate var isConnectTimeout: Bool {
        if case .connectTimeout = self { true } else { false }
    }
}
