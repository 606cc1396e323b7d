import CodeInterpreter
import HTTPServer
import Logging
import RunEngine
import ServerConfiguration
import ServiceLifecycle

/// What the server does with code: the interpreters, and what runs need of them.
struct CodeServices {
    let execution: CodeExecution
    /// What looks after the interpreters in the background.
    let services: [any Service]
    let health: @Sendable () async -> InterpreterHealth

    init(_ settings: ServerConfiguration.CodeInterpreter, files: FileService, logger: Logger) {
        guard settings.use != .off else {
            let absent = AbsentCodeRunner(reason: "it is turned off", remedy: "set CODE_INTERPRETER to auto")
            execution = CodeExecution(runner: absent, files: files, timeLimit: settings.timeout)
            services = []
            health = { .off }
            return
        }
        let runner = LocalCodeRunner(InterpreterSettings(settings))
        execution = CodeExecution(runner: runner, files: files, timeLimit: settings.timeout)
        services = [Upkeep(runner: runner, isTriedAtStart: settings.use == .on || settings.pool > 0, logger: logger)]
        health = {
            switch await runner.knownAvailability() {
            case .available?: .available
            case .unavailable(let reason, let remedy)?: .unavailable(reason: "\(reason); \(remedy)")
            case nil: .untested
            }
        }
    }

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
}
