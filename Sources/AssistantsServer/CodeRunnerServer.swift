import CodeInterpreter
import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOPosix
import ServerConfiguration
import ServiceLifecycle
import UnixSignals

/// A code runner as a whole: interpreters of this machine, and what serves them to other servers.
struct CodeRunnerServer {
    let configuration: ServerConfiguration
    let logger: Logger

    /// What a configuration that is legal for a server may lack for a runner.
    struct Unfit: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: ``Unfit``.
    static func check(_ configuration: ServerConfiguration) throws {
        guard configuration.codeInterpreter.use != .off else {
            throw Unfit(description: "CODE_INTERPRETER is off: a code runner has nothing to run then")
        }
        guard configuration.http.isLoopbackOnly || configuration.codeInterpreter.runnerKey != nil else {
            throw Unfit(
                description: "HOST \(configuration.http.host) is open to the network, and there is no key: whoever "
                    + "reaches the runner could run code. Set CODE_INTERPRETER_RUNNER_KEY, or HOST=127.0.0.1"
            )
        }
    }

    func run() async throws {
        OpenFiles.raiseLimit()
        let settings = InterpreterSettings(configuration.codeInterpreter)
        let runner = try ServedCodeRunner(
            LocalCodeRunner(settings),
            folder: "\(configuration.dataDirectory)/code-runner",
            // More than sessions have room for is of no use.
            capacity: settings.budget
        )
        let http = configuration.http
        let service = CodeRunnerApplication.make(
            runner,
            key: configuration.codeInterpreter.runnerKey?.revealed,
            host: http.host,
            port: http.port,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            onRunning: { [logger] port in
                logger.notice("Runs code for other servers", metadata: ["address": "\(http.host):\(port)"])
                if case .unavailable(let reason, let remedy) = await runner.status().availability {
                    logger.warning("Code cannot be run", metadata: ["reason": "\(reason)", "remedy": "\(remedy)"])
                }
            }
        )
        var group = ServiceGroupConfiguration(
            services: [.init(service: Upkeep(runner: runner)), .init(service: service)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        group.maximumGracefulShutdownDuration = configuration.shutdownGrace
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw AddressInUse(host: http.host, port: http.port)
        } catch {
            throw UnusableHost.explaining(error, host: http.host)
        }
        logger.notice("Stopped")
    }

    private struct Upkeep: Service {
        let runner: ServedCodeRunner

        func run() async throws { await cancelWhenGracefulShutdown { await runner.run() } }
    }
}
