import CodeInterpreter
import Foundation

/// Measures the code interpreter on this machine, without a server around it: what a user waits for, and what a session
/// holds while nobody uses it.
@main
enum InterpreterBenchmark {
    static func main() async throws {
        let environments = [
            "/opt/assistants-server/python", "\(FileManager.default.currentDirectoryPath)/.venv-interpreter",
        ]
        .filter { FileManager.default.fileExists(atPath: "\($0)/pyvenv.cfg") }
        .map { InterpreterSettings.Python.environment($0) }
        let runner = LocalCodeRunner(InterpreterSettings(pythons: environments + [.system], pool: 1))
        guard let report = await runner.report() else { return print(await runner.availability()) }
        print("Python \(report.version), \(report.python)")
        let upkeep = Task { await runner.run() }
        defer { upkeep.cancel() }
        let rounds = Rounds(runner: runner)
        try await rounds.show("first cell of a new thread, from the pool (< 150 ms)", count: 10) {
            try await $0.first("1 + 1")
        }
        try await rounds.show("first plot of a new thread, from the pool (< 400 ms)", count: 10) {
            try await $0.first($0.plot)
        }
        try await rounds.show("first cell of a new thread, without the pool", count: 10) {
            try await $0.first("1 + 1", fromPool: false)
        }
        try await rounds.show("further trivial cell (< 5 ms)", count: 300) { try await $0.further("1 + 1") }
        try await rounds.show("table of 100,000 rows, grouped", count: 20) { try await $0.further($0.table) }
        try await rounds.show("a file of 100 MB into a session", count: 3) { try await $0.file(100 << 20) }
        try await rounds.show("a file of 100 MB out of a session", count: 3) { try await $0.reading(100 << 20) }
        try await rounds.memory()
        try await rounds.bombs()
    }
}
