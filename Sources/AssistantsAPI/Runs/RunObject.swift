extension Run: JSONWritable {
    /// The flat run object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        let times = state.times
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "thread.run")
        writer.member("created_at", createdAt)
        writer.member("assistant_id", assistantID)
        writer.member("thread_id", threadID)
        writer.member("status", state.status.rawValue)
        writer.member("started_at", times.startedAt)
        writer.member("expires_at", times.expiresAt)
        writer.member("cancelled_at", times.cancelledAt)
        writer.member("failed_at", times.failedAt)
        writer.member("completed_at", times.completedAt)
        writeRequiredAction(to: &writer)
        writeLastError(to: &writer)
        writer.member("model", settings.model)
        writer.member("instructions", settings.preparedInstructions)
        writer.member("tools", settings.tools)
        // The service showed `{}` whatever assistant and thread had.
        writer.member("tool_resources", raw: "{}")
        writer.member("metadata", metadata ?? Metadata())
        writer.member("temperature", settings.temperature ?? 1)
        writer.member("top_p", settings.topP ?? 1)
        writer.member("reasoning_effort", settings.reasoningEffort)
        writer.member("max_completion_tokens", settings.maxCompletionTokens)
        writer.member("max_prompt_tokens", settings.maxPromptTokens)
        writer.member("truncation_strategy", settings.truncation)
        writeIncompleteDetails(to: &writer)
        writer.member("usage", state.usage)
        writer.member("response_format", settings.responseFormat)
        writer.member("tool_choice", settings.toolChoice)
        writer.member("parallel_tool_calls", settings.parallelToolCalls)
        writer.endObject()
    }

    private func writeRequiredAction(to writer: inout JSONWriter) {
        writer.key("required_action")
        guard case .requiresAction(_, let action) = state else { return writer.null() }
        writer.beginObject()
        writer.member("type", "submit_tool_outputs")
        writer.key("submit_tool_outputs")
        writer.beginObject()
        writer.key("tool_calls")
        writer.beginArray()
        for call in action.toolCalls { call.writeRequest(to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private func writeLastError(to writer: inout JSONWriter) {
        writer.key("last_error")
        guard case .failed(_, _, let error, _) = state else { return writer.null() }
        writer.value(error)
    }

    private func writeIncompleteDetails(to writer: inout JSONWriter) {
        writer.key("incomplete_details")
        guard case .incomplete(_, _, let reason, _) = state else { return writer.null() }
        writer.beginObject()
        if let reason { writer.member("reason", reason.rawValue) }
        writer.endObject()
    }
}

extension Run.LastError: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", code.rawValue)
        writer.member("message", message)
        writer.endObject()
    }
}

extension Run.State {
    /// The times as the flat object shows them.
    package struct Times: Sendable, Equatable {
        package var startedAt: Timestamp?
        package var expiresAt: Timestamp?
        package var cancelledAt: Timestamp?
        package var failedAt: Timestamp?
        package var completedAt: Timestamp?
    }

    package var times: Times {
        switch self {
        case .queued(let lifetime), .inProgress(let lifetime), .requiresAction(let lifetime, _),
            .cancelling(let lifetime):
            Times(startedAt: lifetime.startedAt, expiresAt: lifetime.expiresAt)
        case .cancelled(let start, let end, _): Times(startedAt: start, cancelledAt: end)
        case .failed(let start, let end, _, _): Times(startedAt: start, failedAt: end)
        case .completed(let start, let end, _), .incomplete(let start, let end, _, _):
            Times(startedAt: start, completedAt: end)
        case .expired(let start, let end, _): Times(startedAt: start, expiresAt: end)
        }
    }

    package var usage: TokenUsage? {
        switch self {
        case .queued, .inProgress, .requiresAction, .cancelling: nil
        case .cancelled(_, _, let usage), .failed(_, _, _, let usage), .completed(_, _, let usage),
            .incomplete(_, _, _, let usage), .expired(_, _, let usage):
            usage
        }
    }
}
