/// Which sessions there are, who uses them, and whether there is room for another one. It decides; ``SessionTable`` acts.
struct SessionLedger {
    struct Session {
        /// Nil while it is being started.
        var interpreter: Interpreter?
        var isBusy: Bool
        var lastUse: ContinuousClock.Instant
    }

    /// What who asked for a session gets.
    struct Lease {
        /// Nil where one has to be started.
        let interpreter: Interpreter?
        /// Whether a session of this key had been, and is no more.
        let isSuccessor: Bool
    }

    enum Decision {
        case lease(Lease)
        /// Another cell of the session is running, or all room is taken by sessions at work.
        case wait
    }

    let settings: InterpreterSettings
    private(set) var sessions: [SessionKey: Session] = [:]
    /// Warm ones that nobody has used yet.
    private(set) var pool: [Interpreter] = []
    /// Keys whose session is no more; bounded, as the oldest are of no interest.
    private var ended: Set<SessionKey> = []

    init(settings: InterpreterSettings) { self.settings = settings }

    /// Gives a session to who asks for it.
    ///
    /// - Parameter evicted: Is told of those that have to go.
    mutating func request(
        _ key: SessionKey,
        at now: ContinuousClock.Instant,
        evicted: (Interpreter) -> Void
    ) -> Decision {
        if let session = sessions[key] {
            if session.isBusy { return .wait }
            if let interpreter = session.interpreter, !interpreter.hasEnded {
                sessions[key]?.isBusy = true
                return .lease(Lease(interpreter: interpreter, isSuccessor: false))
            }
            forget(key)
        }
        pool.removeAll(where: \.hasEnded)
        guard makeRoom(evicted: evicted) else { return .wait }
        let warm = pool.popLast()
        sessions[key] = Session(interpreter: warm, isBusy: true, lastUse: now)
        return .lease(Lease(interpreter: warm, isSuccessor: ended.contains(key)))
    }

    /// The session of a key where it exists and nobody uses it.
    mutating func requestExisting(_ key: SessionKey) -> Decision? {
        guard let session = sessions[key], session.interpreter?.hasEnded != true else { return nil }
        if session.isBusy { return .wait }
        sessions[key]?.isBusy = true
        return .lease(Lease(interpreter: session.interpreter, isSuccessor: false))
    }

    /// - Parameter interpreter: Nil where the session has ended.
    mutating func giveBack(_ key: SessionKey, _ interpreter: Interpreter?, at now: ContinuousClock.Instant) {
        guard let interpreter, !interpreter.hasEnded, sessions[key] != nil else { return forget(key) }
        sessions[key] = Session(interpreter: interpreter, isBusy: false, lastUse: now)
    }

    /// Remembers the interpreter that was started for a session.
    mutating func started(_ key: SessionKey, _ interpreter: Interpreter) {
        sessions[key]?.interpreter = interpreter
    }

    /// Ends a session, or sees to it that the one who uses it loses it.
    mutating func end(_ key: SessionKey) -> Interpreter? {
        guard let session = sessions[key] else { return nil }
        if !session.isBusy { forget(key) }
        return session.interpreter
    }

    mutating func addToPool(_ interpreter: Interpreter) { pool.append(interpreter) }

    mutating func emptyPool() -> [Interpreter] {
        defer { pool = [] }
        return pool
    }

    /// Whether the pool lacks one, and there is room for it.
    var wantsWarm: Bool {
        pool.lazy.filter { !$0.hasEnded }.count < settings.pool
            && committed + InterpreterSettings.expectedMemory
                <= settings.budget
    }

    /// Those that were not used for too long, and, where all together hold more than they may, those that have to go:
    /// idle ones first, then the largest of those at work.
    mutating func overdue(at now: ContinuousClock.Instant) -> [Interpreter] {
        var leaving: [Interpreter] = []
        for (key, session) in sessions where !session.isBusy && session.lastUse.advanced(by: settings.idle) <= now {
            leaving += [session.interpreter].compactMap { $0 }
            forget(key)
        }
        var held = sessions.values.reduce(pool.reduce(0) { $0 + $1.memoryUse }) {
            $0 + ($1.interpreter?.memoryUse ?? 0)
        }
        while held > settings.budget, let (interpreter, key) = costliest {
            leaving.append(interpreter)
            held -= max(1, interpreter.memoryUse)
            if let key { forget(key) }
        }
        return leaving
    }

    private var costliest: (Interpreter, SessionKey?)? {
        if let (key, session) = longestIdle, let interpreter = session.interpreter { return (interpreter, key) }
        let atWork = sessions.values.compactMap(\.interpreter).filter { !$0.hasEnded && $0.memoryUse > 0 }
        guard let largest = atWork.max(by: { $0.memoryUse < $1.memoryUse }) else { return nil }
        // Who uses it gives it back.
        return (largest, nil)
    }

    private var longestIdle: (SessionKey, Session)? {
        sessions.lazy.filter { !$0.value.isBusy }.min { $0.value.lastUse < $1.value.lastUse }.map { ($0.key, $0.value) }
    }

    private mutating func makeRoom(evicted: (Interpreter) -> Void) -> Bool {
        let needed = pool.isEmpty ? InterpreterSettings.expectedMemory : 0
        while sessions.count >= settings.sessions || committed + needed > settings.budget {
            guard let (key, session) = longestIdle else { return sessions.isEmpty }
            if let interpreter = session.interpreter { evicted(interpreter) }
            forget(key)
        }
        return true
    }

    /// What is held, and what sessions at work are expected to take.
    private var committed: Int {
        let used = sessions.values.reduce(0) { sum, session in
            let use = session.interpreter?.memoryUse ?? 0
            return sum + (session.isBusy ? max(use, InterpreterSettings.expectedMemory) : use)
        }
        return pool.reduce(used) { $0 + $1.memoryUse }
    }

    var load: InterpreterLoad {
        InterpreterLoad(
            sessions: sessions.count,
            atWork: sessions.values.count(where: \.isBusy),
            warm: pool.count,
            memory: sessions.values.reduce(pool.reduce(0) { $0 + $1.memoryUse }) {
                $0 + ($1.interpreter?.memoryUse ?? 0)
            }
        )
    }

    private mutating func forget(_ key: SessionKey) {
        sessions[key] = nil
        if ended.count >= 10_000 { ended.removeFirst() }
        ended.insert(key)
    }
}
