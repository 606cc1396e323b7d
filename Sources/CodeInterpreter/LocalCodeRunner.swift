import AssistantsAPI
import CodeSandbox

/// Runs code in confined interpreters on this machine.
///
/// ``run()`` has to go on for as long as it is used: it fills the pool, ends idle sessions and watches over the memory
/// of all.
package final class LocalCodeRunner: CodeRunner {
    private let settings: InterpreterSettings
    private let table: SessionTable
    private let readiness: Readiness<InterpreterProbe.Outcome>

    /// What did not work may have been put right meanwhile.
    private static let retryInterval: Duration = .seconds(60)

    package init(_ settings: InterpreterSettings) {
        self.settings = settings
        table = SessionTable(settings)
        readiness = Readiness { outcome in
            if case .works = outcome { nil } else { Self.retryInterval }
        } attempt: {
            await InterpreterProbe(settings: settings).outcome()
        }
    }

    package func availability() async -> InterpreterAvailability {
        switch await readiness.finding() {
        case .works: .available
        case .fails(let reason, let remedy): .unavailable(reason: reason, remedy: remedy)
        }
    }

    /// The same, as far as it was tried before; never waits.
    package func knownAvailability() async -> InterpreterAvailability? {
        switch await readiness.known {
        case .works?: .available
        case .fails(let reason, let remedy)?: .unavailable(reason: reason, remedy: remedy)
        case nil: nil
        }
    }

    /// What the interpreters have to offer; nil where there are none.
    package func report() async -> InterpreterReport? {
        guard case .works(_, let report) = await readiness.finding() else { return nil }
        return report
    }

    /// What there is at present.
    package var load: InterpreterLoad { table.load }

    /// Looks after the sessions until its task is cancelled.
    package func run() async {
        await withTaskGroup { group in
            group.addTask { await self.fillPool() }
            group.addTask {
                while (try? await Task.sleep(for: .milliseconds(250))) != nil { self.table.lookAfter() }
            }
        }
        table.emptyPool()
    }

    /// One that does not come up is tried again after ever longer pauses, of a minute at most. Cells find no warm one then,
    /// start their own, and are told what is wrong with it.
    private func fillPool() async {
        var failures = 0
        while !Task.isCancelled {
            if table.wantsWarm, case .works(let program, _) = await readiness.finding() {
                do {
                    table.addToPool(try await warm(program))
                    failures = 0
                    continue
                } catch {
                    failures += 1
                }
            }
            guard (try? await Task.sleep(for: .milliseconds(250 << min(failures, 8)))) != nil else { return }
        }
    }

    private func warm(_ program: InterpreterProgram) async throws -> Interpreter {
        let interpreter = try await Interpreter(program, settings, isWarm: true)
        _ = try await interpreter.call(.hello, within: .seconds(120))
        interpreter.rest()
        return interpreter
    }

    // MARK: - Cells

    package func run(
        _ cell: Cell,
        in session: SessionKey,
        files: [InputFile],
        wasUsed: Bool
    ) async throws -> CellResult {
        let program: InterpreterProgram
        switch await readiness.finding() {
        case .works(let working, _): program = working
        case .fails(let reason, let remedy): throw CodeRunnerFailure.unavailable(reason: reason, remedy: remedy)
        }
        guard let lease = try await table.lease(session) else { throw CancellationError() }
        var held = lease.interpreter
        // Also where it throws: a session that still lives is there for the next cell.
        defer { table.giveBack(session, held) }
        do {
            let interpreter: Interpreter
            if let held {
                interpreter = held
            } else {
                interpreter = try await Interpreter(program, settings, isWarm: false)
            }
            held = interpreter
            table.started(session, interpreter)
            let isFresh = await interpreter.begin() && (wasUsed || lease.isSuccessor)
            return try await carryOut(cell, files, interpreter, isFresh)
        } catch let failure as SandboxFailure {
            throw CodeRunnerFailure.unavailable(reason: failure.reason, remedy: failure.remedy)
        }
    }

    private func carryOut(
        _ cell: Cell,
        _ files: [InputFile],
        _ interpreter: Interpreter,
        _ isFresh: Bool
    ) async throws -> CellResult {
        do {
            var result = try await withTaskCancellationHandler {
                try await interpreter.run(cell, files: files)
            } onCancel: {
                interpreter.interrupt()
            }
            interpreter.rest()
            try Task.checkCancellation()
            result.isFresh = isFresh
            return result
        } catch let end as InterpreterEnd {
            interpreter.kill()
            try Task.checkCancellation()
            return CellResult(end: .sessionEnded(reason: end.reason), isFresh: isFresh)
        } catch {
            interpreter.rest()
            throw error
        }
    }

    // MARK: - Files

    /// Ids of the files whose bytes a cell of the session is given. Those for which it has no room are none of them.
    func lacking(_ inputs: [CellOrder.Input], in session: SessionKey) async -> [String] {
        let ids = inputs.filter { $0.size <= largestInput }.map(\.id)
        guard let interpreter = table.interpreter(of: session) else { return ids }
        return await interpreter.lacking(ids)
    }

    /// In bytes: no session has room for more.
    var largestInput: Int { InterpreterProgram.dataSize(settings.memory) }

    nonisolated(nonsending) package func read(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        consume: ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        guard let lease = try await table.lease(session, onlyExisting: true), let interpreter = lease.interpreter
        else { return false }
        defer { table.giveBack(session, interpreter) }
        do {
            switch try await interpreter.open(path, limit: limit) {
            case .missing:
                interpreter.rest()
                return false
            case .tooLarge:
                interpreter.rest()
                throw CodeRunnerFailure.tooLarge(path: path, limit: limit)
            case .size:
                do {
                    while let part = try await interpreter.nextPart() { try await consume(part) }
                } catch {
                    // What is left of the file is taken out of the way of the next answer.
                    while try await interpreter.nextPart() != nil {}
                    throw error
                }
                return true
            }
        } catch is InterpreterEnd {
            interpreter.kill()
            return false
        }
    }

    package func life(of session: SessionKey) async -> SessionLife? { table.life(of: session) }

    package func end(_ session: SessionKey) async { table.end(session) }
}
