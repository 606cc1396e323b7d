import AssistantsAPI

extension Run {
    /// Reads a run of a dump. One that had not ended then has expired since: nothing can go on with it here.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        let createdAt = try members.time("created_at")
        guard let status = Status(rawValue: try members.text("status")) else {
            throw ImportRefusal("status is unknown")
        }
        self.init(
            id: try members.id("id"),
            threadID: try members.id("thread_id"),
            assistantID: try members.id("assistant_id"),
            createdAt: createdAt,
            settings: try Self.settings(members),
            metadata: try members.metadata(),
            state: Self.state(status, members, createdAt)
        )
    }

    /// Seconds that the service gave a run.
    private static let lifetime = 600

    private static func state(_ status: Status, _ members: DumpedMembers, _ createdAt: Timestamp) -> State {
        let startedAt = members.optionalTime("started_at")
        let usage = members.usage()
        func end(_ name: String) -> Timestamp { members.optionalTime(name) ?? startedAt ?? createdAt }
        switch status {
        case .completed: return .completed(startedAt: startedAt, at: end("completed_at"), usage: usage)
        case .cancelled: return .cancelled(startedAt: startedAt, at: end("cancelled_at"), usage: usage)
        case .failed:
            let error = members.lastError() ?? LastError(code: .serverError, message: "")
            return .failed(startedAt: startedAt, at: end("failed_at"), error: error, usage: usage)
        case .incomplete:
            let reason = members["incomplete_details"]?["reason"]?.stringValue.flatMap(IncompleteReason.init)
            return .incomplete(startedAt: startedAt, at: end("completed_at"), reason: reason, usage: usage)
        case .expired, .queued, .inProgress, .requiresAction, .cancelling:
            let deadline = members.optionalTime("expires_at") ?? members.optionalTime("expired_at")
            let expiredAt = deadline ?? Timestamp(seconds: createdAt.seconds + lifetime)
            return .expired(startedAt: startedAt, expiredAt: expiredAt, usage: usage)
        }
    }

    private static func settings(_ members: DumpedMembers) throws(ImportRefusal) -> RunSettings {
        guard var object = (try? JSONValue(parsing: try members.settings().jsonText))?.objectValue else {
            throw ImportRefusal("the settings cannot be read")
        }
        for name in ["tool_choice", "parallel_tool_calls", "max_prompt_tokens", "max_completion_tokens"] {
            if let member = members[name] { object[name] = member }
        }
        if let count = members["truncation_strategy"]?["last_messages"]?.intValue {
            object["last_messages"] = .integer(count)
        }
        guard let settings = RunSettings(storedJSON: JSONValue.object(object).jsonText) else {
            throw ImportRefusal("the settings cannot be read")
        }
        return settings
    }
}

/// A step of a dump, which becomes one of ours beside its run.
struct DumpedStep {
    let id: Identifier<RunStep>
    let runID: Identifier<Run>
    let createdAt: Timestamp
    private let details: RunStep.Details
    private let status: RunStep.Status
    private let endedAt: Timestamp
    private let lastError: Run.LastError?
    private let usage: TokenUsage?

    init(_ value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        id = try members.id("id")
        runID = try members.id("run_id")
        createdAt = try members.time("created_at")
        details = try Self.details(members["step_details"])
        guard let status = RunStep.Status(rawValue: try members.text("status")) else {
            throw ImportRefusal("status is unknown")
        }
        // Its run has expired.
        self.status = status == .inProgress ? .expired : status
        let ends = ["completed_at", "cancelled_at", "failed_at", "expired_at", "expires_at"]
        endedAt = ends.lazy.compactMap { members.optionalTime($0) }.first ?? createdAt
        lastError = members.lastError()
        usage = members.usage()
    }

    func step(of run: Run) -> RunStep {
        var step = RunStep(id: id, run: run, createdAt: createdAt, details: details, status: status)
        step.endedAt = endedAt
        step.lastError = lastError
        step.usage = usage
        return step
    }

    private static func details(_ value: JSONValue?) throws(ImportRefusal) -> RunStep.Details {
        if let message = value?["message_creation"]?["message_id"]?.stringValue {
            return .messageCreation(Identifier(message))
        }
        guard let calls = value?["tool_calls"]?.arrayValue else { throw ImportRefusal("step_details are missing") }
        let known = calls.compactMap(ToolCall.init(stored:))
        guard known.count == calls.count else {
            let storable: Set = ["function", "file_search", "code_interpreter"]
            let types = Set(calls.compactMap { $0["type"]?.stringValue }).subtracting(storable).sorted()
            throw ImportRefusal("calls of \(types.joined(separator: " and ")) cannot be stored")
        }
        return .toolCalls(known)
    }
}
