import Foundation

/// A confined program that has been started, as the sandbox's thread sees it. Nothing else touches it.
final class RunningProcess {
    /// Bubblewrap itself, a child of ours.
    private let outer: pid_t
    private let program: ConfinedProgram
    /// Nil where the kernel counts nothing for it.
    private let group: ControlGroup?
    private let gauge: ResourceGauge
    private let channels: Channels

    /// Our ends of what a program is connected by.
    struct Channels {
        let status: Descriptor
        /// Nil where the server writes nothing to it.
        let input: Descriptor?
        let output: Descriptor
        let errors: Descriptor
    }

    private var report = StatusReport()
    private var errorText: [UInt8] = []
    private var outputSize = 0
    private var errorSize = 0
    private var isStatusOpen = true
    private var isOutputOpen = true
    private var isErrorsOpen = true
    private var reader: CheckedContinuation<[UInt8]?, Never>?
    private var waiters: [CheckedContinuation<ConfinedEnd, any Error>] = []
    private var outgoing: (rest: ArraySlice<UInt8>, writer: CheckedContinuation<Bool, Never>)?
    private var nextWatch: ContinuousClock.Instant = .now
    /// Set by who uses the program, beside the time that it has in all.
    private var givenDeadline: ContinuousClock.Instant?
    private var wallTimeLeft: Duration?
    /// Since when somebody has been waiting for the program; nil while the program waits for its reader.
    private var awaitedSince: ContinuousClock.Instant?
    private var killedSince: ContinuousClock.Instant?
    private var broken: SandboxLimit?
    private var end: Result<ConfinedEnd, SandboxFailure>?

    init(outer: pid_t, program: ConfinedProgram, group: ControlGroup?, gauge: ResourceGauge, channels: Channels) {
        self.outer = outer
        self.program = program
        self.group = group
        self.gauge = gauge
        self.channels = channels
        wallTimeLeft = program.limits.wallTime
        for descriptor in [channels.status, channels.output, channels.errors] { descriptor.doNotWait() }
        channels.input?.doNotWait()
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

    /// - Precondition: No other writing is pending.
    func write(_ bytes: [UInt8], _ writer: CheckedContinuation<Bool, Never>) {
        guard channels.input != nil, end == nil else { return writer.resume(returning: false) }
        outgoing = (bytes[...], writer)
    }

    /// Writes what there is room for, unless something else is being written.
    func post(_ bytes: [UInt8]) {
        guard outgoing == nil, end == nil, let input = channels.input else { return }
        _ = input.write(bytes[...])
    }

    func setDeadline(_ deadline: ContinuousClock.Instant?) { givenDeadline = deadline }

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
        // Also what is not in the sandbox yet.
        group?.kill()
    }

    // MARK: - The turns of the thread

    /// What to wait for. Output is read only when somebody wants it: that is what slows down who writes too fast.
    func interests() -> [pollfd] {
        var interests: [pollfd] = []
        if isStatusOpen { interests.append(Self.reading(channels.status)) }
        if isErrorsOpen { interests.append(Self.reading(channels.errors)) }
        if isOutputOpen, reader != nil { interests.append(Self.reading(channels.output)) }
        if outgoing != nil, let input = channels.input {
            interests.append(pollfd(fd: input.number, events: Int16(POLLOUT), revents: 0))
        }
        return interests
    }

    /// Until when to wait for something to happen, at most.
    var nextTurn: ContinuousClock.Instant { min(nextWatch, deadline ?? nextWatch) }

    /// When the program has to end, where it has only some time left.
    private var deadline: ContinuousClock.Instant? {
        guard !isKilled else { return nil }
        let ofLife = awaitedSince.flatMap { since in wallTimeLeft.map { since.advanced(by: $0) } }
        return [ofLife, givenDeadline].compactMap { $0 }.min()
    }

    func proceed() {
        readStatus()
        readErrors()
        writeInput()
        readOutput()
        if let deadline, deadline <= .now { kill(because: .wallTime) }
    }

    /// Compares what the program holds with what it may, when it is time to.
    func watch() {
        guard end == nil, nextWatch <= .now else { return }
        nextWatch = .now.advanced(by: Self.longestUnwatched)
        if report.firstProcess == nil, let killedSince, killedSince.duration(to: .now) > .seconds(2) {
            // It hangs before it has made a sandbox.
            Foundation.kill(outer, SIGKILL)
        }
        guard !isKilled, let first = report.firstProcess, report.exitCode == nil else { return }
        let limits = program.limits
        let use = ResourceUse(of: first, scratchFolders: program.scratchFolders, limit: limits.memory)
        gauge.show(memory: use.memory)
        if use.memory > limits.memory { kill(because: .memory) }
        if use.files > limits.scratchFiles { kill(because: .files) }
        nextWatch = .now.advanced(by: Self.unwatched(of: use, limits))
    }

    private static let longestUnwatched: Duration = .milliseconds(200)

    /// How long the program may be left alone: the shorter, the nearer it is to its limits, as memory and files can be
    /// taken fast, while a look costs a tenth of a millisecond.
    private static func unwatched(of use: ResourceUse, _ limits: SandboxLimits) -> Duration {
        // What each processor can take of memory in a millisecond, and make of files.
        let (memory, files) = (2_000_000, 100)
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let milliseconds = min(
            (limits.memory - use.memory) / (memory * processors),
            (limits.scratchFiles - use.files) / (files * processors)
        )
        return min(longestUnwatched, max(.milliseconds(5), .milliseconds(milliseconds)))
    }

    private func readStatus() {
        guard isStatusOpen else { return }
        switch channels.status.read(atMost: 4096) {
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
        gauge.showEnd()
        for waiter in waiters { waiter.resume(with: end.mapError { $0 }) }
        waiters = []
        outgoing?.writer.resume(returning: false)
        outgoing = nil
    }

    private func writeInput() {
        guard let (rest, writer) = outgoing, let input = channels.input else { return }
        switch input.write(rest) {
        case .took(let count) where count < rest.count: outgoing?.rest = rest.dropFirst(count)
        case .took:
            outgoing = nil
            writer.resume(returning: true)
        case .end:
            outgoing = nil
            writer.resume(returning: false)
        }
    }

    /// In bytes; for programs whose output proper may be as large as they like.
    private static let largestErrors = 16 << 20

    /// The beginning is kept; the rest is taken, so that the program does not wait, and dropped.
    private func readErrors() {
        while isErrorsOpen {
            switch channels.errors.read(atMost: 16_384) {
            case .nothing: return
            case .end: isErrorsOpen = false
            case .bytes(let bytes):
                errorSize += bytes.count
                errorText += bytes.prefix(max(0, 8192 - errorText.count))
                if errorSize > min(program.limits.outputSize, Self.largestErrors) { return kill(because: .output) }
            }
        }
    }

    private func readOutput() {
        guard let reader else { return }
        switch channels.output.read(atMost: 65_536) {
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
            wallTimeLeft = wallTimeLeft.map { $0 - since.duration(to: .now) }
            awaitedSince = nil
        }
        reader.resume(returning: bytes)
    }

    private static func reading(_ descriptor: Descriptor) -> pollfd {
        pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    }
}
