import CodeInterpreter
import Foundation
import Testing

/// A runner for tests, of one interpreter a test where nothing else is asked for.
struct Interpreting {
    let runner: LocalCodeRunner
    let session = SessionKey(thread: "thread_\(UInt64.random(in: 0 ... .max))")

    /// With the runner that tests share which ask for nothing else, as each one tries its sandbox first.
    init() { runner = Self.shared }

    init(_ settings: InterpreterSettings) { runner = LocalCodeRunner(settings) }

    /// With so much room that no test's session has to go for another's.
    private static let shared = LocalCodeRunner(settings(budget: 1 << 40, sessions: 10_000))

    static func settings(
        memory: Int = 600 << 20,
        budget: Int = 4 << 30,
        sessions: Int = 200,
        pool: Int = 0,
        idle: Duration = .seconds(600)
    ) -> InterpreterSettings {
        var settings = InterpreterSettings(
            pythons: pythons,
            memory: memory,
            budget: budget,
            sessions: sessions,
            pool: pool,
            idle: idle,
            patience: .seconds(300)
        )
        // On a machine that is busy with other things, interrupting takes its time.
        settings.grace = .seconds(60)
        settings.cancellationGrace = .seconds(60)
        return settings
    }

    /// Those that the scripts make, and the system's.
    static let pythons: [InterpreterSettings.Python] =
        ["/opt/assistants-server/python", "\(FileManager.default.currentDirectoryPath)/.venv-interpreter"]
        .filter { FileManager.default.fileExists(atPath: "\($0)/pyvenv.cfg") }
        .map { .environment($0) } + [.system]

    func run(_ source: String, limit: Duration = .seconds(60), files: [InputFile] = []) async throws -> CellResult {
        try await runner.run(Cell(source: source, timeLimit: limit), in: session, files: files, wasUsed: false)
    }

    /// A file's bytes; nil where it cannot be read.
    func contents(_ path: String, limit: Int = 1 << 20) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        return try await runner.read(path, of: session, limit: limit) { bytes += $0 } ? bytes : nil
    }

    /// Runs the body while the runner looks after its sessions.
    func lookedAfter<Result: Sendable>(_ body: @Sendable @escaping () async throws -> Result) async throws -> Result {
        let runner = runner
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await runner.run()
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }
}

extension CellResult {
    /// All that was printed.
    var text: String {
        outputs.map { if case .logs(let text) = $0 { text } else { "" } }.joined()
    }

    var images: [ProducedFile] {
        outputs.compactMap { if case .image(let file) = $0 { file } else { nil } }
    }
}
