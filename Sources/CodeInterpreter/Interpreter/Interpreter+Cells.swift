import AssistantsAPI

extension Interpreter {
    /// Gives it the files that it lacks, and runs a cell.
    ///
    /// - Returns: The result, without ``CellResult/isFresh``.
    /// - Throws: ``InterpreterEnd``, ``CodeRunnerFailure``, `CancellationError`.
    func run(_ cell: Cell, files: [InputFile]) async throws -> CellResult {
        var notes = ""
        for file in files {
            try Task.checkCancellation()
            if let failure = try await give(file) {
                notes +=
                    "The file \(file.names.last ?? file.id) (\(file.size) bytes) is not in /mnt/data: \(failure).\n"
            }
        }
        let answer = try await call(
            .run(source: cell.source, seconds: cell.timeLimit / .seconds(1)),
            within: cell.timeLimit + settings.grace
        )
        guard let told = CellAnswer(answer, timeLimit: cell.timeLimit, life: life) else {
            kill()
            throw InterpreterEnd.garbled
        }
        let outputs = notes.isEmpty ? told.outputs : [.logs(notes)] + told.outputs
        return CellResult(end: told.end, outputs: outputs, isFresh: false, files: told.files)
    }
}
