/// Runs programs that nobody vouches for: with their own view of the system, in which there is nothing of the host but
/// programs and libraries, without a network, under a filter of system calls and within limits.
///
/// It is made by bubblewrap, from the kernel's name spaces, and shares the kernel with the server: good for the documents
/// and the code of one organisation's people, not for tenants that are each other's enemies. Where it cannot be made
/// nothing is run, and ``SandboxFailure`` says what to do about it.
package struct Sandbox: Sendable {
    package init() {}

    /// Starts a program.
    ///
    /// - Throws: ``SandboxFailure``.
    package func start(_ program: ConfinedProgram) async throws -> ConfinedProcess {
        try await ConfinedProcess(program)
    }

    /// Runs a program to its end, which is also that of the calling task when it is cancelled.
    ///
    /// - Parameter output: Is given the output as it comes; the program waits for it. When it throws the program is ended.
    /// - Throws: ``SandboxFailure`` where it could not be run, `CancellationError`, and what `output` throws.
    nonisolated(nonsending) package func run(
        _ program: ConfinedProgram,
        output: ([UInt8]) async throws -> Void
    ) async throws -> ConfinedEnd {
        let process = try await start(program)
        return try await withTaskCancellationHandler {
            do {
                while let bytes = await process.nextOutput() { try await output(bytes) }
            } catch {
                process.kill()
                _ = try? await process.end()
                throw error
            }
            let end = try await process.end()
            try Task.checkCancellation()
            return end
        } onCancel: {
            process.kill()
        }
    }
}
