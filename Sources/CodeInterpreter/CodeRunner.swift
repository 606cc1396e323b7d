/// Runs code that a model wrote, in one live interpreter for each thread.
package protocol CodeRunner: Sendable {
    /// Whether code can be run, known from an attempt; cheap to ask.
    func availability() async -> InterpreterAvailability

    /// Runs a cell. Cells of one session are run one after the other.
    ///
    /// When the calling task is cancelled the cell is interrupted and, if that does not help within two seconds, its
    /// session ended.
    ///
    /// - Parameters:
    ///   - files: All that the thread has; those that the session does not have yet are given to it before.
    ///   - wasUsed: Whether code of this thread was run before, perhaps by another process: a new session means then
    ///     that variables are lost.
    /// - Throws: ``CodeRunnerFailure``, `CancellationError`.
    func run(
        _ cell: Cell,
        in session: SessionKey,
        files: [InputFile],
        wasUsed: Bool
    ) async throws -> CellResult

    /// Reads a file out of a session's sandbox, at the pace of its reader.
    ///
    /// - Parameters:
    ///   - path: Absolute, or relative to `/mnt/data`.
    ///   - limit: In bytes.
    ///   - consume: Is given the file part by part, none larger than 64 KiB.
    /// - Returns: False where the session is gone or has no such regular file; links are not followed.
    /// - Throws: ``CodeRunnerFailure/tooLarge(path:limit:)``, `CancellationError`, and what `consume` throws.
    nonisolated(nonsending) func read(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        consume: ([UInt8]) async throws -> Void
    ) async throws -> Bool

    /// Which interpreter the session has at present; nil where it has none.
    func life(of session: SessionKey) async -> SessionLife?

    /// Ends the session, if there is one: its thread was deleted.
    func end(_ session: SessionKey) async
}
