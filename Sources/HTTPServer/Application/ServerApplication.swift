import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RunEngine
import ServiceLifecycle

/// The HTTP server as a service.
package enum ServerApplication {
    /// Above the time for which proxies commonly keep a connection, so that they are the ones to close it.
    private static let idleTimeout = TimeAmount.seconds(120)

    /// - Parameter onRunning: is called with the port once connections are accepted.
    package static func make(
        services: ServerServices,
        options: ServerOptions,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void
    ) -> some Service {
        Application(
            responder: APIRouter(services: services, options: options, logger: logger).responder(),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [
                        ContinueHandler(limit: options.maximumBodyBytes, fileLimits: services.files.limits)
                    ],
                    idleTimeout: idleTimeout
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port),
                backlog: 4096
            ),
            onServerRunning: { await onRunning($0.localAddress?.port ?? options.port) },
            eventLoopGroupProvider: .shared(eventLoopGroup),
            logger: logger
        )
    }
}
