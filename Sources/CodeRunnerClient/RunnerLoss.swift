import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// A runner that does not answer, or no more, in words that name neither its address nor its key.
struct RunnerLoss: Error {
    let reason: String
    /// Whether its answer had begun.
    var hadBegun = false

    static let unintelligible = RunnerLoss(reason: "its answer is none of the protocol")
    static let silent = RunnerLoss(reason: "it does not answer in time")
}

extension RunnerLoss {
    init(_ error: any Error, hadBegun: Bool) {
        if let loss = error as? RunnerLoss {
            self.init(reason: loss.reason, hadBegun: loss.hadBegun || hadBegun)
        } else {
            self.init(reason: Self.reason(error), hadBegun: hadBegun)
        }
    }

    /// Whether the connection was one that the runner had closed already, most likely.
    static func isStaleConnection(_ error: any Error) -> Bool {
        (error as? HTTPClientError) == .remoteConnectionClosed
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: reason(error)
        case let error as NIOConnectionError: reason(error)
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is ChannelError: "the connection was closed"
        default: reason(ofType: String(describing: type(of: error)))
        }
    }

    private static func reason(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout: "no connection was made in time"
        case .readTimeout, .writeTimeout, .deadlineExceeded: "it fell silent"
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: "the connection was closed"
        default: "the connection failed"
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
            return "the name of its host is not known"
        }
        return error.connectionErrors.first.map { reason($0.error) } ?? "no connection was made"
    }

    /// Errors of TLS and of the parser, whose types belong to packages that are not imported here.
    private static func reason(ofType type: String) -> String {
        type.contains("SSL") || type.contains("TLS")
            ? "no secure connection could be made" : "its answer is none of the protocol"
    }
}

/// Waits for no longer than the limit.
///
/// - Throws: ``RunnerLoss/silent``, and what the body throws.
func within<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw RunnerLoss.silent
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
