import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The HTTP server as a service.
package enum ServerApplication {
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
