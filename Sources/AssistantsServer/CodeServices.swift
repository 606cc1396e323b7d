import CodeInterpreter
import CodeRunnerClient
import HTTPServer
import Logging
import NIOCore
import RunEngine
import ServerConfiguration
import ServiceLifecycle

/// What the server does with code: the interpreters, here or elsewhere, and what runs need of them.
struct CodeServices {
    let execution: CodeExecution
    /// What looks after the interpreters in the background.
    let services: [any Service]
    let health: @Sendable () async -> InterpreterHealth
    private let remote: RemoteCodeRunner?

    init(
        _ settings: ServerConfiguration.CodeInterpreter,
        files: FileService,
        _ eventLoops: any EventLoopGroup,
        logger: Logger
    ) {
        guard settings.use != .off else {
            let absent = AbsentCodeRunner(reason: "it is turned off", remedy: "set CODE_INTERPRETER to auto")
            execution = CodeExecution(runner: absent, files: files, timeLimit: settings.timeout)
            services = []
            health = { .off }
            remote = nil
            return
        }
        if let remote = RemoteCodeRunner(settings, eventLoops) {
            execution = CodeExecution(runner: remote, files: files, timeLimit: settings.timeout)
            services = [Watch(runner: remote, logger: logger)]
            health = { InterpreterHealth(await remote.knownAvailability()) }
            self.remote = remote
            return
        }
        let runner = LocalCodeRunner(InterpreterSettings(settings))
        execution = CodeExecution(runner: runner, files: files, timeLimit: settings.timeout)
        services = [Upkeep(runner: runner, isTriedAtStart: settings.use == .on || settings.pool > 0, logger: logger)]
        health = { InterpreterHealth(await runner.knownAvailability()) }
        remote = nil
    }

    /// To be called when the services have ended.
    func shutdown() async { await remote?.shutdown() }

    private struct Upkeep: Service {
        let runner: LocalCodeRunner
        let isTriedAtStart: Bool
        let logger: Logger

        func run() async throws {
            await cancelWhenGracefulShutdown {
                if isTriedAtStart, case .unavailable(let reason, let remedy) = await runner.availability() {
                    logger.warning("Models cannot run code", metadata: ["reason": "\(reason)", "remedy": "\(remedy)"])
                }
                await runner.run()
            }
        }
    }

    private struct Watch: Service {
        let runner: RemoteCodeRunner
        let logger: Logger

        func run() async throws {
            await cancelWhenGracefulShutdown {
                await runner.watch { availability in
                    switch availability {
                    case .available: logger.info("Models can run code on the code runner")
                    case .unavailable(let reason, let remedy):
                        logger.warning(
                            "Models cannot run code",
                            metadata: ["reason": "\(reason)", "remedy": "\(remedy)"]
                        )
                    }
                }
            }
        }
    }
}

extension InterpreterHealth {
    fileprivate init(_ known: InterpreterAvailability?) {
        switch known {
        case .available?: self = .available
        case .unavailable(let reason, let remedy)?: self = .unavailable(reason: "\(reason); \(remedy)")
        case nil: self = .untested
        }
    }
}

extension RemoteCodeRunner {
    /// Nil where code is run on this machine.
    convenience init?(_ settings: ServerConfiguration.CodeInterpreter, _ eventLoops: any EventLoopGroup) {
        guard let address = settings.runner else { return nil }
        self.init(baseURL: address, key: settings.runnerKey?.revealed, eventLoopGroup: eventLoops)
    }
}
