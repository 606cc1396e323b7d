import CodeInterpreter
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server of a code runner as a service. It shares nothing with the server of the API but the way it listens.
package enum CodeRunnerApplication {
    /// Longer than servers keep their connections.
    private static let idleTimeout = TimeAmount.seconds(120)

    /// - Parameters:
    ///   - key: What each request has to bring; nil lets in all.
    ///   - port: 0 takes a free one.
    ///   - onRunning: Is called with the port once connections are accepted.
    package static func make(
        _ runner: ServedCodeRunner,
        key: String?,
        host: String,
        port: Int,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void
    ) -> some Service {
        let routes = CodeRunnerRoutes(runner: runner, key: key.map(BearerKey.init), logger: logger)
        return Server(
            childChannelSetup: HTTP1Channel(
                responder: { try await routes.respond(to: $0, $1, over: $2) },
                configuration: HTTP1Channel.Configuration(idleTimeout: idleTimeout)
            ),
            configuration: ServerConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { await onRunning($0.localAddress?.port ?? port) },
            eventLoopGroup: eventLoopGroup,
            logger: logger
        )
    }
}
