import AssistantsAPI

/// A run's state as the columns of its row, and back.
package struct StateColumns: Sendable {
    var status: String
    var startedAt: Int?
    var expiresAt: Int?
    var endedAt: Int?
    /// The pending calls, the error or the reason that belongs to the status.
    var detail: String?
    var usage: String?
}

extension StateColumns: JSONWritable {
    /// The columns as a JSON array, without those at its end that are not set.
    package func write(to writer: inout JSONWriter) {
        writer.beginArray()
        writer.value(status)
        let hasTexts = detail != nil || usage != nil
        let (hasEnd, hasExpiry) = (endedAt != nil || hasTexts, expiresAt != nil || endedAt != nil || hasTexts)
        if hasExpiry || startedAt != nil { write(startedAt, to: &writer) }
        if hasExpiry { write(expiresAt, to: &writer) }
        if hasEnd { write(endedAt, to: &writer) }
        if hasTexts { write(detail, to: &writer) }
        if usage != nil { write(usage, to: &writer) }
        writer.endArray()
    }

    private func write(_ value: Int?, to writer: inout JSONWriter) {
        if let value { writer.value(value) } else { writer.null() }
    }

    private func write(_ value: String?, to writer: inout JSONWriter) {
        if let value { writer.value(value) } else { writer.null() }
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(stored value: JSONValue) {
        guard let values = value.arrayValue, let status = values.first?.stringValue else { return nil }
        func element(_ index: Int) -> JSONValue? { values.indices.contains(index) ? values[index] : nil }
        self.init(
            status: status,
            startedAt: element(1)?.intValue,
            expiresAt: element(2)?.intValue,
            endedAt: element(3)?.intValue,
            detail: element(4)?.stringValue,
            usage: element(5)?.stringValue
        )
    }
}

extension StateColumns {
    package init(_ state: Run.State) {
        let times = state.times
        status = state.status.rawValue
        startedAt = times.startedAt?.seconds
        expiresAt = times.expiresAt?.seconds
        endedAt = (times.cancelledAt ?? times.failedAt ?? times.completedAt)?.seconds
        usage = state.usage?.jsonText
        switch state {
        case .requiresAction(_, let action): detail = action.toolCalls.storedText
        case .failed(_, _, let error, _): detail = error.jsonText
        case .incomplete(_, _, let reason, _): detail = reason?.rawValue
        default: break
        }
    }

    /// The state that the columns hold; nil when they contradict each other.
    package var state: Run.State? {
        let startedAt = startedAt.map(Timestamp.init(seconds:))
        let usage = usage.flatMap(TokenUsage.init(storedJSON:))
        switch (
            Run.Status(rawValue: status), expiresAt.map(Timestamp.init(seconds:)), endedAt.map(Timestamp.init(seconds:))
        ) {
        case (.queued, let expiresAt?, _):
            return .queued(Run.Lifetime(startedAt: startedAt, expiresAt: expiresAt))
        case (.inProgress, let expiresAt?, _):
            return .inProgress(Run.Lifetime(startedAt: startedAt, expiresAt: expiresAt))
        case (.requiresAction, let expiresAt?, _):
            guard let calls = detail.flatMap(FunctionCall.list(storedJSON:)) else { return nil }
            let lifetime = Run.Lifetime(startedAt: startedAt, expiresAt: expiresAt)
            return .requiresAction(lifetime, Run.RequiredAction(toolCalls: calls))
        case (.cancelling, let expiresAt?, _):
            return .cancelling(Run.Lifetime(startedAt: startedAt, expiresAt: expiresAt))
        case (.cancelled, _, let endedAt?):
            return .cancelled(startedAt: startedAt, at: endedAt, usage: usage)
        case (.failed, _, let endedAt?):
            guard let error = detail.flatMap(Run.LastError.init(storedJSON:)) else { return nil }
            return .failed(startedAt: startedAt, at: endedAt, error: error, usage: usage)
        case (.completed, _, let endedAt?):
            return .completed(startedAt: startedAt, at: endedAt, usage: usage)
        case (.incomplete, _, let endedAt?):
            let reason = detail.flatMap(Run.IncompleteReason.init)
            return .incomplete(startedAt: startedAt, at: endedAt, reason: reason, usage: usage)
        case (.expired, let expiresAt?, _):
            return .expired(startedAt: startedAt, expiredAt: expiresAt, usage: usage)
        default:
            return nil
        }
    }
}

extension [FunctionCall] {
    /// The calls as a JSON array.
    var storedText: String {
        var writer = JSONWriter()
        writer.beginArray()
        for call in self { writer.value(call) }
        writer.endArray()
        return writer.text
    }
}

extension TokenUsage {
    init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text), let prompt = value["prompt_tokens"]?.intValue,
            let completion = value["completion_tokens"]?.intValue
        else { return nil }
        self.init(
            promptTokens: prompt,
            completionTokens: completion,
            cachedTokens: value["prompt_token_details"]?["cached_tokens"]?.intValue ?? 0,
            reasoningTokens: value["completion_tokens_details"]?["reasoning_tokens"]?.intValue ?? 0
        )
    }
}

extension Run.LastError {
    init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text), let message = value["message"]?.stringValue,
            let code = value["code"]?.stringValue.flatMap(Code.init)
        else { return nil }
        self.init(code: code, message: message)
    }
}
