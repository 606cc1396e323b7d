/// A confined program at work. With the last reference to it the program ends.
package final class ConfinedProcess: Sendable {
    private let number: UInt64
    private let thread: SandboxThread
    private let gauge: ResourceGauge

    /// - Throws: ``SandboxFailure`` where it could not even be tried; what goes wrong later shows in ``end()``.
    init(_ program: ConfinedProgram) async throws {
        let thread = try SandboxThread.shared()
        let (number, gauge) = (thread.nextNumber(), ResourceGauge())
        try await withCheckedThrowingContinuation { (started: CheckedContinuation<Void, any Error>) in
            thread.submit { processes in
                started.resume(with: Result { try processes.start(program, as: number, gauge: gauge) })
            }
        }
        (self.thread, self.number, self.gauge) = (thread, number, gauge)
    }

    deinit {
        thread.submit { [number] processes in processes.forget(number) }
    }

    /// What its processes and its files in memory held when they were last looked at, which happens several times a
    /// second; in bytes.
    package var memoryUse: Int { gauge.memory }

    package var hasEnded: Bool { gauge.hasEnded }

    /// Writes to its standard input, and waits until the program, or the pipe to it, has taken all.
    ///
    /// One caller at a time may wait for it.
    ///
    /// - Returns: False where nobody reads it any more.
    package func write(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            thread.submit { [number] processes in
                guard let process = processes[number] else { return continuation.resume(returning: false) }
                process.write(bytes, continuation)
            }
        }
    }

    /// Writes a few bytes without waiting, if nothing else is being written and the pipe has room for them.
    package func post(_ bytes: [UInt8]) {
        thread.submit { [number] processes in processes[number]?.post(bytes) }
    }

    /// Ends the program at this moment, for ``SandboxLimit/wallTime``, unless another one is set before; nil for none.
    package func setDeadline(_ deadline: ContinuousClock.Instant?) {
        thread.submit { [number] processes in processes[number]?.setDeadline(deadline) }
    }

    /// The next part of its output, of 64 KiB at most; nil at the end. As long as nobody asks, the program waits as soon
    /// as it has written some 64 KiB more.
    ///
    /// One caller at a time may wait for it.
    package func nextOutput() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            thread.submit { [number] processes in
                guard let process = processes[number] else { return continuation.resume(returning: nil) }
                process.read(continuation)
            }
        }
    }

    /// Waits for the end.
    ///
    /// - Throws: ``SandboxFailure`` where the sandbox could not be made, and the program was not run.
    package func end() async throws -> ConfinedEnd {
        try await withCheckedThrowingContinuation { continuation in
            thread.submit { [number] processes in
                guard let process = processes[number] else {
                    return continuation.resume(throwing: CancellationError())
                }
                process.awaitEnd(continuation)
            }
        }
    }

    /// Ends the program and all that it started, at once. ``end()`` tells when that has happened.
    package func kill() {
        thread.submit { [number] processes in processes[number]?.kill() }
    }
}
