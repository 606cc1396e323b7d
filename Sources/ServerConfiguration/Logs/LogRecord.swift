import Logging

/// One thing that was logged, on its way from the caller to the writing thread.
///
/// Nothing is formatted or merged at the caller's expense.
package struct LogRecord: Sendable {
    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let error: String?
    /// The logger's own metadata, and what goes before it: the task's, then the call's.
    let loggerMetadata: Logger.Metadata
    let taskMetadata: Logger.Metadata
    let callMetadata: Logger.Metadata

    package init(
        time: LogTime,
        level: Logger.Level,
        label: String,
        message: String,
        error: String? = nil,
        loggerMetadata: Logger.Metadata = [:],
        taskMetadata: Logger.Metadata = [:],
        callMetadata: Logger.Metadata = [:]
    ) {
        self.time = time
        self.level = level
        self.label = label
        self.message = message
        self.error = error
        self.loggerMetadata = loggerMetadata
        self.taskMetadata = taskMetadata
        self.callMetadata = callMetadata
    }

    /// About how many bytes the record holds on to.
    var weight: Int {
        var weight = 256 + message.utf8.count + (error?.utf8.count ?? 0)
        for value in callMetadata.values {
            if case .string(let text) = value { weight += text.utf8.count }
        }
        return weight
    }

    /// All metadata; of two values under one name the one nearer to the call.
    var metadata: Logger.Metadata {
        if loggerMetadata.isEmpty, taskMetadata.isEmpty { return callMetadata }
        var merged = loggerMetadata
        if !taskMetadata.isEmpty { merged.merge(taskMetadata) { _, nearer in nearer } }
        if !callMetadata.isEmpty { merged.merge(callMetadata) { _, nearer in nearer } }
        return merged
    }
}
