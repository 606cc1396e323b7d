import AssistantsAPI
import Storage

/// What a run comes with, ready to be stored: its thread where that is new, data, messages and its own row.
final class RunRows: Sendable {
    private let request: RunService.Request
    private let project: ProjectID
    private let input: [(message: PendingMessage, tokens: Int)]
    private let attachments: ThreadAttachments
    private let ids: IDGenerator

    /// The texts are measured here, not on the one thread that writes.
    init(_ request: RunService.Request, in project: ProjectID, ids: IDGenerator) {
        self.request = request
        self.project = project
        self.ids = ids
        input = request.input.map { ($0, $0.content.estimatedTokens) }
        attachments = ThreadAttachments(request.input.compactMap(\.attachmentsJSON))
    }

    /// Stores all of it, in the transaction of `db`.
    ///
    /// - Parameter isWaiting: whether the run is in its thread's line: its messages join the thread when it begins.
    /// - Parameter events: the record of the events of a run that is stored as it ends.
    func insert(
        _ run: Run,
        isWaiting: Bool = false,
        events: String? = nil,
        _ db: Connection
    ) throws -> StoredInput {
        let now = run.createdAt
        var previous: MessageRepository.Position?
        var interrupted: [Run] = []
        if let newStore = request.newStore { try db.create(newStore, in: project, at: now) }
        switch request.target {
        case .new(let thread): try db.threads.insert(thread, in: project)
        case .existing(let id):
            guard try db.threads.exists(id, in: project) else { throw EngineError.threadNotFound(id) }
            interrupted = try db.makeWay(for: request.policy, on: id)
            previous = try db.messages.last(of: id)
        }
        try db.checkForWork(request)
        if let data = request.data {
            try db.threadData.put(data.tables, profile: data.profile, basedOn: data.basedOn, of: run.threadID)
        }
        var stored = StoredInput(previousSequence: previous?.sequence ?? 0, interrupted: interrupted)
        if !isWaiting {
            for (message, tokens) in input {
                let whole = message.joined(run.threadID, at: now)
                let position = try db.messages.append(whole, tokens: tokens, after: previous)
                stored.sequences.append(position.sequence)
                previous = position
            }
            try db.join(attachments, to: run.threadID, ids: ids, at: now)
        }
        try db.runs.insert(run, input: isWaiting ? request.input : [], events: events)
        return stored
    }
}

/// What came of storing a run: where the messages that came with it stand in their thread, and which runs it displaces.
struct StoredInput: Sendable {
    /// The message before them; 0 when there is none.
    var previousSequence: Int
    var sequences: [Int] = []
    /// The runs that are to make way.
    var interrupted: [Run]
}

/// The rows of a run that nobody waits for, on their way to the store. Where the run ends soon enough they are taken back and
/// stored as what they have become.
struct PostponedRows: Sendable {
    let rows: RunRows
    let transaction: Database.Postponed
}

extension Connection {
    /// Lets a new run onto a thread as the policy says. Returns the runs that are to be cancelled for it.
    fileprivate func makeWay(
        for policy: ActiveRunPolicy,
        on thread: Identifier<AssistantThread>
    ) throws -> [Run] {
        switch policy {
        case .enqueue: return []
        case .reject:
            if let active = try runs.activeRun(of: thread) { throw EngineError.runActive(active, on: thread) }
            return []
        case .interrupt:
            var interrupted: [Run] = []
            for var run in try runs.activeRuns(of: thread) where run.state.status != .cancelling {
                try run.apply(.cancellationRequested)
                try runs.setCancelling(run)
                interrupted.append(run)
            }
            return interrupted
        }
    }

    /// A run needs instructions or a user's message. Throws `EngineError.nothingToRun`.
    fileprivate func checkForWork(_ request: RunService.Request) throws {
        guard request.settings.instructions?.isEmpty ?? true, !request.input.contains(where: { $0.role == .user })
        else { return }
        if case .existing(let id) = request.target, try messages.hasUserMessage(in: id) { return }
        throw EngineError.nothingToRun
    }
}
