import AssistantsAPI
import Storage

extension RunService {
    /// Changes a run's metadata, which may be done in every state; nil changes nothing.
    ///
    /// Throws `EngineError.threadNotFound` or `.runNotFound`.
    package func setMetadata(
        _ metadata: Metadata?,
        of id: Identifier<Run>,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> Run {
        guard let metadata else { return try await find(id, of: thread, in: project) }
        let run = try await database.write { db in
            var run = try db.run(id, of: thread, in: project)
            run.metadata = metadata
            try db.runs.setMetadata(metadata, of: id)
            return run
        }
        liveRuns.find(id)?.changeMetadata(to: metadata)
        return run
    }

    /// Throws `EngineError.threadNotFound` or `.runNotFound`.
    package func steps(
        _ request: PageRequest,
        of id: Identifier<Run>,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> Page<RunStep> {
        try await worker.unstoredSteps(of: id).page(request) { request in
            try await database.read { db in
                try db.runSteps.page(request, of: try db.run(id, of: thread, in: project))
            }
        }
    }

    /// Throws `EngineError.threadNotFound`, `.runNotFound` or `.runStepNotFound`.
    package func step(
        _ step: Identifier<RunStep>,
        of id: Identifier<Run>,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> RunStep {
        let unstored = worker.unstoredSteps(of: id).first(step.rawValue)
        return try await database.read { db in
            let run = try db.run(id, of: thread, in: project)
            guard let found = try db.runSteps.find(step, of: run) ?? unstored else {
                throw EngineError.runStepNotFound(step)
            }
            return found
        }
    }

    /// The run for a client that asks for it again and again: the answer may be held back for a while if that lets it
    /// tell of the run's end, or of calls to make, at once.
    package func poll(
        _ id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID,
        holdingAtMost hold: Duration
    ) async throws -> Run {
        let run = try await find(id, of: thread, in: project)
        guard hold > .zero, run.state.isAtWork, let live = liveRuns.find(id) else { return run }
        await live.waitForRest(atMost: hold)
        try Task.checkCancellation()
        if let resting = live.restingRun { return live.current(resting) }
        return try await find(id, of: thread, in: project)
    }

    /// How a run ended, with the last thing that it said.
    ///
    /// Throws `EngineError.shuttingDown` when it has not ended: this process works on it no more.
    package func outcome(of run: Run) async throws -> RunOutcome {
        guard run.state.status.isTerminal else { throw EngineError.shuttingDown }
        return RunOutcome(run: run, answer: try await database.read { try $0.messages.written(by: run).last })
    }

    /// Where the events of a run can be read.
    package enum EventSource: Sendable {
        /// The run is unfinished: what it has told, and what it will.
        case live(LiveRun)
        /// The run has ended. The log is nil when its time is over.
        case ended(Run, EventLog?)
    }

    /// Throws `EngineError.threadNotFound` or `.runNotFound`.
    package func events(
        of id: Identifier<Run>,
        in thread: Identifier<AssistantThread>,
        project: ProjectID
    ) async throws -> EventSource {
        let run = try await find(id, of: thread, in: project)
        if !run.state.status.isTerminal, let live = liveRuns.find(id) { return .live(live) }
        return try await database.read { db in
            let run = try db.run(id, of: thread, in: project)
            // Nobody here can tell how it goes on: it is taken up again soon, or by the next start.
            guard !run.state.isAtWork else { throw EngineError.shuttingDown }
            return .ended(run, try EventRecord.read(of: run, db))
        }
    }
}

extension Run.State {
    /// Whether it moves on without its caller.
    package var isAtWork: Bool {
        switch self {
        case .queued, .inProgress, .cancelling: true
        case .requiresAction, .cancelled, .failed, .completed, .incomplete, .expired: false
        }
    }
}
