import AssistantsAPI
import Storage

extension RunService {
    /// What a function that a run wanted called has returned.
    package struct ToolOutput: Sendable, Equatable {
        package var callID: String
        package var output: String

        package init(callID: String, output: String) {
            self.callID = callID
            self.output = output
        }
    }

    /// What came of outputs.
    package enum Submission: Sendable {
        /// The run goes on.
        case resumed(Started)
        /// Nothing goes on: others are still missing, or these were delivered before.
        case unchanged(Run)
    }

    /// Delivers the outputs of functions; with all of them the run goes on.
    ///
    /// - Parameter isPartial: whether others may be delivered later.
    ///
    /// The same outputs a second time are accepted and change nothing: a client whose answer was lost sends them again.
    /// Throws `EngineError.runTakesNoOutputs` and `.wrongToolOutputs`.
    package func submit(
        _ outputs: [ToolOutput],
        isPartial: Bool,
        to id: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Submission {
        let now = clock.now()
        let told = liveRuns.find(id)?.log.lastNumber ?? 0
        IdempotentRequest.current?.follow(id, of: thread, after: told)
        let arrival = try await database.write { db in
            try Arrival(outputs, isPartial: isPartial, at: now, run: try db.run(id, of: thread, in: project), db)
        }
        switch arrival {
        case .unchanged(let run):
            if case .requiresAction = run.state { liveRuns.find(id)?.updateWaiting(run) }
            return .unchanged(run)
        case .complete(let queued, let step, let begun):
            guard let live = liveRuns.find(id) else {
                // Nobody had it in memory. It is stored as being at work, and found there.
                try await worker.takeUp(begun.run)
                return .unchanged(queued)
            }
            let events: [StreamEvent] = [.step(.completed, step), .run(.queued, queued)]
            guard let place = live.resume(events: events) else {
                // It expired, or was cancelled, at this very moment. Its readers hear of the outputs all the same.
                live.publish(events)
                return .unchanged(queued)
            }
            worker.resume(live, begun)
            return .resumed(Started(run: queued, live: live, firstEvent: place))
        }
    }

    /// What outputs did to the stored run.
    private enum Arrival: Sendable {
        case unchanged(Run)
        /// `queued` is the run as its caller is told of it; it is stored as being at work already.
        case complete(queued: Run, step: RunStep, begun: RunExecution.Begun)

        init(_ outputs: [ToolOutput], isPartial: Bool, at now: Timestamp, run: Run, _ db: Connection) throws {
            let steps = try db.runSteps.all(of: run)
            guard case .requiresAction(_, let action) = run.state else {
                guard Arrival.isRepetition(outputs, steps) else {
                    throw EngineError.runTakesNoOutputs(run.state.status)
                }
                self = .unchanged(run)
                return
            }
            let (expected, got) = (action.toolCalls.map(\.id), outputs.map(\.callID))
            let isComplete = got.count == expected.count && Set(got) == Set(expected)
            let isPart = isPartial && !got.isEmpty && Set(got).count == got.count && Set(got).isSubset(of: expected)
            if !isComplete, !isPart, Arrival.isRepetition(outputs, steps) {
                self = .unchanged(run)
                return
            }
            guard isComplete || isPart, var step = steps.last(where: { $0.status == .inProgress }) else {
                throw EngineError.wrongToolOutputs(expected: expected, got: got)
            }
            step.fill(outputs)
            var run = run
            guard let claim = try db.runs.claim(run.id) else { throw EngineError.runNotFound(run.id) }
            guard isComplete else {
                let missing = action.toolCalls.filter { !got.contains($0.id) }
                try run.apply(.outputsArrived(missing: Run.RequiredAction(toolCalls: missing)))
                try db.runs.update(run, claim: claim)
                try db.runSteps.update(step)
                self = .unchanged(run)
                return
            }
            step.status = .completed
            step.endedAt = now
            try db.runSteps.update(step)
            try run.apply(.outputsSubmitted)
            var claimed = run
            try claimed.apply(.claimed(at: now))
            try db.runs.update(claimed, claim: claim)
            let begun = RunExecution.Begun(run: claimed, claim: claim, past: try RunPast(of: claimed, db))
            self = .complete(queued: run, step: step, begun: begun)
        }

        private static func isRepetition(_ outputs: [ToolOutput], _ steps: [RunStep]) -> Bool {
            guard !outputs.isEmpty, let calls = steps.last(where: { $0.toolCalls != nil })?.toolCalls else {
                return false
            }
            return outputs.allSatisfy { output in
                calls.lazy.compactMap(\.function).contains { $0.id == output.callID && $0.output == output.output }
            }
        }
    }
}

extension RunStep {
    fileprivate mutating func fill(_ outputs: [RunService.ToolOutput]) {
        guard var calls = toolCalls else { return }
        for index in calls.indices {
            guard case .function(var call) = calls[index],
                let output = outputs.first(where: { $0.callID == call.id })
            else { continue }
            call.output = output.output
            calls[index] = .function(call)
        }
        details = .toolCalls(calls)
    }
}
