import AssistantsAPI
import CodeInterpreter
import NIOCore
import NIOHTTP1

/// Runs code on a runner elsewhere, which speaks the protocol of `Documentation/code-runner-protocol.md`.
///
/// A runner that cannot be asked counts as one that is not available; one that is lost while a cell runs ends the
/// cell's session. `shutdown` must be called before it is let go.
package final class RemoteCodeRunner: CodeRunner {
    private let connection: RunnerConnection
    private let readiness: Readiness<RunnerStatus>

    /// Besides its own time a cell may wait for room, and for an interpreter that has to be started.
    private static let patience: Duration = .seconds(300)
    /// Of a question that the runner answers at once.
    private static let promptness: Duration = .seconds(10)
    /// How often a cell is asked for: files may be gone from the session by the time all of them are there.
    private static let mostRounds = 4

    /// - Parameters:
    ///   - baseURL: Of http or https, without a slash at its end.
    ///   - key: What the runner asks for.
    package init(baseURL: String, key: String?, eventLoopGroup: any EventLoopGroup) {
        let connection = RunnerConnection(baseURL: baseURL, key: key, eventLoopGroup: eventLoopGroup)
        self.connection = connection
        readiness = Readiness { status in
            // One that is gone may be back in a moment; of one that is well each cell tells when it is not any more.
            status.availability == .available ? .seconds(15) : .seconds(2)
        } attempt: {
            await Self.attempt(connection)
        }
    }

    /// Closes all connections. What still waits for the runner fails.
    package func shutdown() async { await connection.shutdown() }

    /// Asks the runner now and then, until its task is cancelled, so that it is known how it is.
    ///
    /// - Parameter tell: Is called at the start, and whenever it has become another.
    package func watch(_ tell: @Sendable (InterpreterAvailability) -> Void) async {
        var told: InterpreterAvailability?
        repeat {
            let status = await Self.attempt(connection)
            if Task.isCancelled { return }
            await readiness.learn(status)
            if status.availability != told { tell(status.availability) }
            told = status.availability
        } while (try? await Task.sleep(for: .seconds(10))) != nil
    }

    // MARK: What it is

    package func availability() async -> InterpreterAvailability { await readiness.finding().availability }

    /// The same, as far as it was asked before; never waits.
    package func knownAvailability() async -> InterpreterAvailability? { await readiness.known?.availability }

    /// What the runner's interpreters have to offer; nil where there are none.
    package func report() async -> InterpreterReport? { await readiness.finding().report }

    private static func attempt(_ connection: RunnerConnection) async -> RunnerStatus {
        do {
            let answer = try await within(promptness) { try await connection.json(.GET, ["status"]) }
            guard let status = RunnerStatus(answer) else { throw RunnerLoss.unintelligible }
            guard status.version == CodeRunnerProtocol.version else {
                return .unavailable(
                    "the code runner speaks version \(status.version) of the protocol, this server version "
                        + "\(CodeRunnerProtocol.version)",
                    remedy: "run the same version of both"
                )
            }
            return status
        } catch {
            return unavailability(error)
        }
    }

    private static func unavailability(_ error: any Error) -> RunnerStatus {
        switch error {
        case RunnerRefusal.unauthorized:
            .unavailable(
                "the code runner refuses the server's key",
                remedy: "set CODE_INTERPRETER_RUNNER_KEY to the key that the runner has"
            )
        case RunnerRefusal.failure(.unavailable(let reason, let remedy)): .unavailable(reason, remedy: remedy)
        case RunnerRefusal.invalid(let reason):
            .unavailable(
                "the code runner does not understand this server: \(reason)",
                remedy: "run the same version of both"
            )
        case is RunnerRefusal:
            .unavailable(
                "what answers at CODE_INTERPRETER_RUNNER is no code runner",
                remedy: "correct the address"
            )
        case let loss as RunnerLoss:
            .unavailable(
                "the code runner cannot be reached: \(loss.reason)",
                remedy: "start it (assistants-server code-runner), or correct CODE_INTERPRETER_RUNNER"
            )
        default: .unavailable("the code runner could not be asked", remedy: "try again")
        }
    }

    // MARK: Cells

    package func run(
        _ cell: Cell,
        in session: SessionKey,
        files: [InputFile],
        wasUsed: Bool
    ) async throws -> CellResult {
        let order = CellOrder(cell, files: files, wasUsed: wasUsed)
        do {
            for _ in 0..<Self.mostRounds {
                do {
                    return try await carryOut(order, in: session)
                } catch RunnerRefusal.inputsNeeded(let ids) {
                    for file in files where ids.contains(file.id) { try await upload(file, for: session) }
                }
            }
        } catch RunnerRefusal.failure(let failure) {
            throw failure
        } catch let failure as CodeRunnerFailure {
            throw failure
        } catch {
            try Task.checkCancellation()
            let status = Self.unavailability(error)
            await readiness.learn(status)
            guard case .unavailable(let reason, let remedy) = status.availability else { throw error }
            throw CodeRunnerFailure.unavailable(reason: reason, remedy: remedy)
        }
        throw CodeRunnerFailure.busy(reason: "the code runner loses files faster than it gets them")
    }

    private func carryOut(_ order: CellOrder, in session: SessionKey) async throws -> CellResult {
        do {
            let answer = try await within(order.timeLimit + Self.patience) { [connection] in
                try await connection.json(.POST, ["sessions", session.thread, "cells"], order.jsonBytes)
            }
            guard let result = CellResult(answer, timeLimit: order.timeLimit) else { throw RunnerLoss.unintelligible }
            return result
        } catch let loss as RunnerLoss where loss.hadBegun {
            try Task.checkCancellation()
            // Whatever it does with the cell by now, nobody will hear of it.
            await end(session)
            return CellResult(end: .sessionEnded(reason: "the code runner was lost: \(loss.reason)"), isFresh: false)
        }
    }

    private func upload(_ file: InputFile, for session: SessionKey) async throws {
        let input = try await StoredInput.open(file)
        try await connection.upload(
            InputBody(input: input, size: file.size),
            size: file.size,
            to: ["sessions", session.thread, "inputs", file.id]
        )
    }

    // MARK: Sessions

    nonisolated(nonsending) package func read(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        consume: ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        var total = 0
        do {
            try await connection.download(
                ["sessions", session.thread, "files"],
                query: [("path", path), ("limit", "\(limit)")]
            ) { buffer in
                total += buffer.readableBytes
                guard total <= limit else { throw CodeRunnerFailure.tooLarge(path: path, limit: limit) }
                var rest = buffer
                while let part = rest.readBytes(length: min(64 << 10, rest.readableBytes)), !part.isEmpty {
                    try await consume(part)
                }
            }
            return true
        } catch RunnerRefusal.failure(.tooLarge) {
            throw CodeRunnerFailure.tooLarge(path: path, limit: limit)
        } catch is RunnerRefusal {
            return false
        } catch is RunnerLoss {
            // With the runner the session is gone.
            return false
        }
    }

    package func life(of session: SessionKey) async -> SessionLife? {
        let answer = try? await within(Self.promptness) { [connection] in
            try await connection.json(.GET, ["sessions", session.thread])
        }
        return (answer?["life"]?.stringValue).map { SessionLife(id: $0) }
    }

    package func end(_ session: SessionKey) async {
        _ = try? await within(Self.promptness) { [connection] in
            try await connection.json(.DELETE, ["sessions", session.thread])
        }
    }
}

extension RunnerStatus {
    static func unavailable(_ reason: String, remedy: String) -> RunnerStatus {
        RunnerStatus(availability: .unavailable(reason: reason, remedy: remedy), report: nil)
    }
}
