import AssistantsAPI

/// The runner of this machine as other servers use it: takes in the files that its sessions lack, and runs cells.
///
/// ``run()`` has to go on for as long as it is used.
package final class ServedCodeRunner: Sendable {
    private let runner: LocalCodeRunner
    private let inputs: UploadedInputs

    /// - Parameters:
    ///   - folder: For files that come in, and for nothing else; it is emptied.
    ///   - capacity: Of these files together, in bytes.
    /// - Throws: ``CodeRunnerFolderFault``.
    package init(_ runner: LocalCodeRunner, folder: String, capacity: Int) throws(CodeRunnerFolderFault) {
        self.runner = runner
        inputs = try UploadedInputs(folder: folder, capacity: capacity)
    }

    /// Looks after sessions and files until its task is cancelled.
    package func run() async {
        await withTaskGroup { group in
            group.addTask { await self.runner.run() }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(30))) != nil { await self.inputs.removeForgotten() }
            }
        }
    }

    package func status() async -> RunnerStatus {
        let availability = await runner.availability()
        return RunnerStatus(
            availability: availability,
            report: availability == .available ? await runner.report() : nil
        )
    }

    /// Runs a cell, as ``CodeRunner/run(_:in:files:wasUsed:)`` does.
    ///
    /// - Throws: ``RunnerRefusal``, `CancellationError`.
    package func run(_ order: CellOrder, in session: SessionKey) async throws -> CellResult {
        try await checkInputs(of: order, in: session)
        let keys = order.inputs.map { UploadedInputs.Key(session: session, file: $0.id) }
        let files = zip(order.inputs, keys).map { input, key in
            InputFile(id: input.id, names: input.names, path: inputs.path(of: key), size: input.size)
        }
        do {
            let result = try await runner.run(
                Cell(source: order.source, timeLimit: order.timeLimit),
                in: session,
                files: files,
                wasUsed: order.wasUsed
            )
            await inputs.remove(keys)
            return result
        } catch let failure as CodeRunnerFailure {
            // Its session may have had to go for another one since the files were looked for.
            if case .inputUnreadable = failure { try await checkInputs(of: order, in: session) }
            throw RunnerRefusal.failure(failure)
        }
    }

    /// - Throws: ``RunnerRefusal/inputsNeeded(_:)``.
    package func checkInputs(of order: CellOrder, in session: SessionKey) async throws {
        let missing = await runner.lacking(order.inputs, in: session).filter { id in
            !inputs.has(UploadedInputs.Key(session: session, file: id))
        }
        guard missing.isEmpty else { throw RunnerRefusal.inputsNeeded(missing) }
    }

    /// Takes in a file for the session's next cell.
    ///
    /// - Throws: ``RunnerRefusal``, and what `fill` throws.
    nonisolated(nonsending) package func receive(
        _ file: String,
        for session: SessionKey,
        size: Int,
        _ fill: (IncomingInput) async throws -> Void
    ) async throws {
        guard CodeRunnerProtocol.isName(file) else { throw RunnerRefusal.invalid("the file's id is not usable") }
        guard size <= runner.largestInput else {
            throw RunnerRefusal.failure(.tooLarge(path: file, limit: runner.largestInput))
        }
        try await inputs.receive(.init(session: session, file: file), size: size, fill)
    }

    /// Reads a file out of a session, as ``CodeRunner/read(_:of:limit:consume:)`` does.
    ///
    /// - Throws: ``RunnerRefusal``, `CancellationError`, and what `consume` throws.
    nonisolated(nonsending) package func read(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        consume: ([UInt8]) async throws -> Void
    ) async throws {
        do {
            guard try await runner.read(path, of: session, limit: limit, consume: consume) else {
                throw RunnerRefusal.notFound
            }
        } catch let failure as CodeRunnerFailure {
            throw RunnerRefusal.failure(failure)
        }
    }

    package func life(of session: SessionKey) async -> SessionLife? { await runner.life(of: session) }

    package func end(_ session: SessionKey) async {
        await runner.end(session)
        await inputs.removeAll(of: session)
    }
}
