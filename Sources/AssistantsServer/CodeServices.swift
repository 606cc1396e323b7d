import CodeInterpreter
import RunEngine
import ServerConfiguration
import ServiceLifecycle

/// What the server does with code: the interpreters, and what runs need of them.
struct CodeServices {
    let execution: CodeExecution
    /// What looks after the interpreters in the background.
    let services: [any Service]

    init(_ settings: ServerConfiguration.CodeInterpreter, files: FileService) {
        guard settings.use != .off else {
            let absent = AbsentCodeRunner(reason: "it is turned off", remedy: "set CODE_INTERPRETER to auto")
            execution = CodeExecution(runner: absent, files: files, timeLimit: settings.timeout)
            services = []
            return
        }
        let runner = LocalCodeRunner(InterpreterSettings(settings))
        execution = CodeExecution(runner: runner, files: files, timeLimit: settings.timeout)
        services = [Upkeep(runner: runner)]
    }

    private struct Upkeep: Service {
        let runner: LocalCodeRunner

        func run() async throws {
            await cancelWhenGracefulShutdown { await runner.run() }
        }
    }
}
