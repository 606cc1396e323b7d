import CodeInterpreter
import CodeRunnerClient
import Foundation
import HTTPServer
import Logging
import NIOPosix
import ServiceLifecycle

/// A runner on a socket of this machine, and servers that have their code run there.
final class ServedRunner: Sendable {
    static let key = "runner-key-of-the-tests"

    let local: LocalCodeRunner
    let port: Int
    private let serving: Task<Void, any Error>
    private let folder: String

    init(_ settings: InterpreterSettings = Interpreting.settings(budget: 1 << 40, sessions: 10_000)) async throws {
        local = LocalCodeRunner(settings)
        folder = "\(NSTemporaryDirectory())/served-runner-\(UInt64.random(in: 0 ... .max))"
        let served = try ServedCodeRunner(local, folder: folder, capacity: 1 << 30)
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        let service = CodeRunnerApplication.make(
            served,
            key: Self.key,
            host: "127.0.0.1",
            port: 0,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onRunning: { running.yield($0) }
        )
        serving = Task {
            try await withThrowingTaskGroup { group in
                group.addTask { try await service.run() }
                group.addTask { await served.run() }
                try await group.waitForAll()
            }
        }
        var first = ports.makeAsyncIterator()
        guard let port = await first.next() else { throw CancellationError() }
        self.port = port
    }

    deinit {
        serving.cancel()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// With all connections, at once.
    func stop() async {
        serving.cancel()
        _ = await serving.result
    }

    /// Files that have come in, and that no session has yet.
    var uploads: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "lock" } }
    }

    /// Lends a server's side of it.
    @discardableResult
    func asServer<Value>(
        key: String? = ServedRunner.key,
        _ body: (RemoteCodeRunner) async throws -> Value
    ) async throws -> Value {
        try await Self.asServer(port: port, key: key, body)
    }

    @discardableResult
    static func asServer<Value>(
        port: Int,
        key: String? = nil,
        _ body: (RemoteCodeRunner) async throws -> Value
    ) async throws -> Value {
        let remote = RemoteCodeRunner(
            baseURL: "http://127.0.0.1:\(port)",
            key: key,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        )
        let result: Result<Value, any Error>
        do { result = .success(try await body(remote)) } catch { result = .failure(error) }
        await remote.shutdown()
        return try result.get()
    }
}

extension CodeRunner {
    func run(
        _ source: String,
        in session: SessionKey,
        limit: Duration = .seconds(60),
        files: [InputFile] = [],
        wasUsed: Bool = false
    ) async throws -> CellResult {
        try await run(Cell(source: source, timeLimit: limit), in: session, files: files, wasUsed: wasUsed)
    }

    func contents(_ path: String, of session: SessionKey, limit: Int = 64 << 20) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        return try await read(path, of: session, limit: limit) { bytes += $0 } ? bytes : nil
    }
}

extension InterpreterAvailability {
    /// Why there is none.
    var fault: (reason: String, remedy: String)? {
        if case .unavailable(let reason, let remedy) = self { (reason, remedy) } else { nil }
    }
}

extension CellResult {
    /// Why the session ended with the cell; nil where it did not.
    var lossOfSession: String? {
        if case .sessionEnded(let reason) = end { reason } else { nil }
    }
}
