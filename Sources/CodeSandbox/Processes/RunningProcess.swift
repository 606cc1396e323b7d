import Foundation

/// A confined program that has been started, as the sandbox's thread sees it. Nothing else touches it.
final class RunningProcess {
    /// Bubblewrap itself, a child of ours.
    private let outer: pid_t
    private let program: ConfinedProgram
    private let status: Descriptor
    private let output: Descriptor
    private let errors: Descriptor

    private var report = StatusReport()
    private var errorText: [UInt8] = []
    private var outputSize = 0
    private var isStatusOpen = true
    private var isOutputOpen = true
    private var isErrorsOpen = true
    private var reader: CheckedContinuation<[UInt8]?, Never>?
    private var waiters: [CheckedContinuation<ConfinedEnd, any Error>] = []
    private var wallTimeLeft: Duration
    /// Since when somebody has been waiting for the program; nil while the program waits for its reader.
    private var awaitedSince: ContinuousClock.Instant?
    private var killedSince: ContinuousClock.Instant?
    private var broken: SandboxLimit?
    private var end: Result<ConfinedEnd, SandboxFailure>?

    init(outer: pid_t, program: ConfinedProgram, status: Descriptor, output: Descriptor, errors: Descriptor) {
        self.outer = outer
        self.program = program
        self.status = status
        self.output = output
        self.errors = errors
        wallTimeLeft = program.limits.wallTime
        for descriptor in [status, output, errors] { descriptor.doNotWait() }
    }

    var hasEnded: Bool { end != nil }

    private var isKilled: Bool { killedSince != nil }

    // MARK: - What others ask for

    /// - Precondition: No other reading is pending.
    func read(_ reader: CheckedContinuation<[UInt8]?, Never>) {
        guard isOutputOpen else { return reader.resume(returning: nil) }
        self.reader = reader
        awaitedSince = awaitedSince ?? .now
    }

    func awaitEnd(_ waiter: CheckedContinuation<ConfinedEnd, any Error>) {
        if let end { return waiter.resume(with: end.mapError { $0 }) }
        waiters.append(waiter)
        awaitedSince = awaitedSince ?? .now
    }

    /// Ends everything in the sandbox. Bubblewrap, outside, ends by itself then, and does not become an orphan's child
    /// of whoever is process 1.
    func kill(because limit: SandboxLimit? = nil) {
        guard end == nil, !isKilled else { return }
        (killedSince, broken) = (.now, limit)
        if let first = report.firstProcess, report.exitCode == nil { Foundation.kill(first, SIGKILL) }
    }

    // MARK: - The turns of the thread

    /// What to wait for. Output is read only when somebody wants it: that is what slows down who writes too fast.
    func interests() -> [pollfd] {
        var interests: [pollfd] = []
        if isStatusOpen { interests.append(Self.reading(status)) }
        if isErrorsOpen { interests.append(Self.reading(errors)) }
        if isOutputOpen, reader != nil { interests.append(Self.reading(output)) }
        return interests
    }

    /// Until when to wait at most, where a program has only some time left.
    var deadline: ContinuousClock.Instant? {
        guard let awaitedSince, !isKilled else { return nil }
        return awaitedSince.advanced(by: wallTimeLeft)
    }

    func proceed() {
        readStatus()
        readErrors()
        readOutput()
        if let deadline, deadline <= .now { kill(because: .wallTime) }
    }

    /// Compares what the program holds with what it may.
    func watch() {
        if end == nil, report.firstProcess == nil, let killedSince, killedSince.duration(to: .now) > .seconds(2) {
            // It hangs before it has made a sandbox.
            Foundation.kill(outer, SIGKILL)
        }
        guard end == nil, !isKilled, let first = report.firstProcess, report.exitCode == nil else { return }
        let limits = program.limits
        let use = ResourceUse(of: first, scratchFolders: program.scratchFolders, limit: limits.memory)
        if use.memory > limits.memory { kill(because: .memory) }
        if use.files > limits.scratchFiles { kill(because: .files) }
    }

    private func readStatus() {
        guard isStatusOpen else { return }
        switch status.read(atMost: 4096) {
        case .nothing: return
        case .bytes(let bytes):
            let wasUnknown = report.firstProcess == nil
            report.add(bytes)
            // Asked to end before it was known whom to kill.
            if isKilled, wasUnknown, let first = report.firstProcess { Foundation.kill(first, SIGKILL) }
        case .end:
            isStatusOpen = false
            var code: Int32 = 0
            // It has closed its descriptors: it is about to end, or has.
            while waitpid(outer, &code, 0) < 0, errno == EINTR {}
            readErrors()
            finish()
        }
    }

    private func finish() {
        let errors = String(decoding: errorText, as: UTF8.self)
        let end: Result<ConfinedEnd, SandboxFailure> =
            if let broken {
                .success(ConfinedEnd(reason: .broke(broken), errors: errors))
            } else if let code = report.exitCode {
                .success(ConfinedEnd(reason: .exited(code), errors: errors))
            } else if isKilled {
                .success(ConfinedEnd(reason: .exited(128 + SIGKILL), errors: errors))
            } else {
                .failure(SandboxFailure(message: errors))
            }
        self.end = end
        for waiter in waiters { waiter.resume(with: end.mapError { $0 }) }
        waiters = []
    }

    /// The beginning is kept; the rest is taken, so that the program does not wait, and dropped.
    private func readErrors() {
        while isErrorsOpen {
            switch errors.read(atMost: 16_384) {
            case .nothing: return
            case .end: isErrorsOpen = false
            case .bytes(let bytes):
                outputSize += bytes.count
                errorText += bytes.prefix(max(0, 8192 - errorText.count))
                if outputSize > program.limits.outputSize { return kill(because: .output) }
            }
        }
    }

    private func readOutput() {
        guard let reader else { return }
        switch output.read(atMost: 65_536) {
        case .nothing: return
        case .end:
            isOutputOpen = false
            hand(nil, to: reader)
        case .bytes(let bytes):
            outputSize += bytes.count
            if outputSize <= program.limits.outputSize { return hand(bytes, to: reader) }
            kill(because: .output)
            isOutputOpen = false
            hand(nil, to: reader)
        }
    }

    private func hand(_ bytes: [UInt8]?, to reader: CheckedContinuation<[UInt8]?, Never>) {
        self.reader = nil
        if waiters.isEmpty, let since = awaitedSince {
            wallTimeLeft -= since.duration(to: .now)
            awaitedSince = nil
        }
        reader.resume(returning: bytes)
    }

    private static func reading(_ descriptor: Descriptor) -> pollfd {
        pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    }
}
