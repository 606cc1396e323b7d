import CodeInterpreter
import RunEngine
import ServiceLifecycle

/// What the server does with code: the interpreters, and what runs need of them.
struct CodeServices {
    let runner: LocalCodeRunner
    let execution: CodeExecution

    init(_ settings: InterpreterSettings = InterpreterSettings(), files: FileService) {
        runner = LocalCodeRunner(settings)
        execution = CodeExecution(runner: runner, files: files)
    }

    /// Looks after the interpreters for as long as the server runs.
    var service: any Service { Upkeep(runner: runner) }

    private struct Upkeep: Service {
        let runner: LocalCodeRunner

        func run() async throws {
            await cancelWhenGracefulShutdown { await runner.run() }
        }
    }
}
