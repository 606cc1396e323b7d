import Logging

/// Hands what is logged to the writing thread, which formats it.
struct ServerLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let writer: LogWriter

    init(label: String, level: Logger.Level, metadataProvider: Logger.MetadataProvider?, writer: LogWriter) {
        self.label = label
        logLevel = level
        self.metadataProvider = metadataProvider
        self.writer = writer
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let record = LogRecord(
            time: .now(),
            level: event.level,
            label: label,
            message: event.message.description,
            error: event.error.map { "\($0)" },
            loggerMetadata: metadata,
            taskMetadata: metadataProvider?.get() ?? [:],
            callMetadata: event.metadata ?? [:]
        )
        writer.add(record)
    }
}
