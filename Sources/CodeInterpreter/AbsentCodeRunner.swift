/// Stands for interpreters where none are wanted: nothing is run, and whoever asks is told why.
package struct AbsentCodeRunner: CodeRunner {
    private let reason: String
    private let remedy: String

    package init(reason: String, remedy: String) {
        self.reason = reason
        self.remedy = remedy
    }

    package func availability() async -> InterpreterAvailability { .unavailable(reason: reason, remedy: remedy) }

    package func run(
        _ cell: Cell,
        in session: SessionKey,
        files: [InputFile],
        wasUsed: Bool
    ) async throws -> CellResult {
        throw CodeRunnerFailure.unavailable(reason: reason, remedy: remedy)
    }

    nonisolated(nonsending) package func read(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        consume: ([UInt8]) async throws -> Void
    ) async throws -> Bool { false }

    package func life(of session: SessionKey) async -> SessionLife? { nil }

    package func end(_ session: SessionKey) async {}
}
