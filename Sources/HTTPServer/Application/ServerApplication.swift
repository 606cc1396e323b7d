import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RunEngine
import ServiceLifecycle

/// The HTTP server as a service.
///
/// Hummingbird's `Server` and router without its `Application`, which gives every request a logger of its own in a task-local
/// value: each task that a request starts would take a copy of that along.
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
        let envelope = APIRouter(services: services, options: options, logger: logger).envelope()
        return Server(
            childChannelSetup: RequestChannel(
                responder: { await envelope.response(to: $0, over: $1) },
                idleTimeout: idleTimeout,
                handlers: { [ContinueHandler(limit: options.maximumBodyBytes, fileLimits: services.files.limits)] }
            ),
            configuration: ServerConfiguration(address: .hostname(options.host, port: options.port), backlog: 4096),
            onServerRunning: { await onRunning($0.localAddress?.port ?? options.port) },
            eventLoopGroup: eventLoopGroup,
            logger: logger
        )
    }
}
