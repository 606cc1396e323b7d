import AssistantsAPI
import CodeSandbox
import Synchronization

/// One live interpreter: a confined child that answers one request after the other. Who calls it sees to it that there
/// is one call at a time.
actor Interpreter {
    nonisolated let life: SessionLife
    private nonisolated let process: ConfinedProcess
    let settings: InterpreterSettings
    private nonisolated let wasKilled = Mutex(false)
    private var frames = AnswerFrames()
    /// Ids of the files that it was given.
    private var given: Set<String> = []
    private var hasRun = false
    /// Bytes of a file that are still to come.
    private var unread = 0

    /// - Throws: ``SandboxFailure``.
    init(_ program: InterpreterProgram, _ settings: InterpreterSettings, isWarm: Bool) async throws {
        process = try await Sandbox().start(program.confined(isWarm: isWarm))
        life = SessionLife(id: String(UInt64.random(in: 0 ... .max), radix: 36))
        self.settings = settings
    }

    /// In bytes, of all its processes and files.
    nonisolated var memoryUse: Int { process.memoryUse }

    /// Also while it is about to end.
    nonisolated var hasEnded: Bool { process.hasEnded || wasKilled.withLock { $0 } }

    /// At once, with all that it started.
    nonisolated func kill() {
        wasKilled.withLock { $0 = true }
        process.kill()
    }

    /// Asks a running cell to stop; if that does not help soon the interpreter is ended.
    nonisolated func interrupt() {
        process.post(InterpreterRequest.interrupt.frame(CallName()))
        process.setDeadline(.now.advanced(by: settings.cancellationGrace))
    }

    /// - Returns: Whether it has run nothing before.
    func begin() -> Bool {
        defer { hasRun = true }
        return !hasRun
    }

    /// - Parameter limit: Of the time until the answer.
    /// - Throws: ``InterpreterEnd``, `CancellationError` where the task was cancelled before.
    func call(_ request: InterpreterRequest, within limit: Duration) async throws -> JSONValue {
        let name = CallName()
        try await send(request, as: name, within: limit)
        return try await answer(name)
    }

    private func send(_ request: InterpreterRequest, as name: CallName, within limit: Duration) async throws {
        // Said before it was asked.
        guard frames.isEmpty, unread == 0 else { throw garbled() }
        process.setDeadline(.now.advanced(by: limit))
        try Task.checkCancellation()
        guard await process.write(request.frame(name)) else { throw await ended() }
        // The wish to stop may have come before what it is about.
        if Task.isCancelled { interrupt() }
    }

    private func answer(_ name: CallName, isFollowed: Bool = false) async throws -> JSONValue {
        do {
            while true {
                if let answer = try frames.next(name) {
                    guard isFollowed || frames.isEmpty else { throw garbled() }
                    return answer
                }
                guard let bytes = await process.nextOutput() else { throw await ended() }
                frames.add(bytes)
            }
        } catch is AnswerFrames.Malformed {
            throw garbled()
        }
    }

    /// Lets it be until it is called again.
    nonisolated func rest() { process.setDeadline(nil) }

    // MARK: - Files

    /// Gives it a file that it does not have yet.
    ///
    /// - Returns: Why it could not be put there; nil where it was.
    /// - Throws: ``InterpreterEnd``, ``CodeRunnerFailure``, `CancellationError`.
    func give(_ file: InputFile) async throws -> String? {
        guard !given.contains(file.id) else { return nil }
        let room = InterpreterProgram.dataSize(settings.memory)
        guard file.size <= room else { return "the folder holds \(room >> 20) MB" }
        let input = try await StoredInput.open(file)
        let name = CallName()
        try await send(.put(names: file.names, size: file.size), as: name, within: .seconds(120))
        var offset = 0
        while offset < file.size {
            let bytes: [UInt8]
            do {
                bytes = try await input.read(at: offset, atMost: min(256 << 10, file.size - offset))
                if bytes.isEmpty { throw CodeRunnerFailure.inputUnreadable(name: file.names.last ?? file.id) }
            } catch {
                // In the middle of a file nothing else can be said to it.
                kill()
                throw error
            }
            guard await process.write(bytes) else { throw await ended() }
            offset += bytes.count
        }
        let failure = try await answer(name)["failure"]?.stringValue
        if failure == nil { given.insert(file.id) }
        return failure
    }

    /// Those of the files that it was not given.
    func lacking(_ ids: [String]) -> [String] { ids.filter { !given.contains($0) } }

    enum Opened {
        case missing
        case tooLarge
        case size(Int)
    }

    /// Begins to read a file; what follows comes by ``nextPart()``.
    func open(_ path: String, limit: Int) async throws -> Opened {
        let name = CallName()
        try await send(.read(path: path, limit: limit), as: name, within: .seconds(60))
        let answer = try await answer(name, isFollowed: true)
        guard let size = answer["size"]?.intValue else {
            guard frames.isEmpty else { throw garbled() }
            return answer["tooLarge"] == nil ? .missing : .tooLarge
        }
        guard (0...limit).contains(size) else { throw garbled() }
        unread = size
        return .size(size)
    }

    /// The next bytes of the file that was opened, 64 KiB at most; nil after its last ones.
    func nextPart() async throws -> [UInt8]? {
        guard unread > 0 else {
            guard frames.isEmpty else { throw garbled() }
            return nil
        }
        process.setDeadline(.now.advanced(by: .seconds(60)))
        while frames.isEmpty {
            guard let bytes = await process.nextOutput() else { throw await ended() }
            frames.add(bytes)
        }
        let part = frames.take(atMost: min(unread, 64 << 10))
        unread -= part.count
        process.setDeadline(nil)
        return part
    }

    // MARK: - The end

    private func garbled() -> InterpreterEnd {
        kill()
        return .garbled
    }

    private func ended() async -> InterpreterEnd {
        kill()
        do {
            return InterpreterEnd(try await process.end(), memory: settings.memory)
        } catch let failure as SandboxFailure {
            return InterpreterEnd(reason: failure.reason)
        } catch {
            return InterpreterEnd(reason: "the Python process is gone")
        }
    }

    /// What the sandbox says of an interpreter that did not come up.
    func failure() async -> SandboxFailure? {
        kill()
        do {
            let end = try await process.end()
            return end.errors.isEmpty ? nil : SandboxFailure(message: end.errors)
        } catch {
            return error as? SandboxFailure
        }
    }
}
