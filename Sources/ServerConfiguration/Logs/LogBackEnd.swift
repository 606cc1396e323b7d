import Logging

/// The log of the process: lines for people on the terminal, JSON in a rotated file.
///
/// Logging never blocks and never fails; one thread of its own does the writing. Close it before the process ends.
package struct LogBackEnd: Sendable {
    private let level: Logger.Level
    private let writer: LogWriter

    /// - Parameter maximumQueuedRecords: Records that may wait for the thread; more are dropped and counted.
    package init(
        _ logs: ServerConfiguration.Logs,
        terminal: LogTerminal = .standardError,
        redaction: LogRedaction,
        maximumQueuedRecords: Int = 16384
    ) {
        writer = LogWriter(maximumRecords: maximumQueuedRecords)
        level = logs.level
        writer.start { LogOutput(logs, terminal: terminal, redaction: redaction) }
    }

    package func handler(label: String, metadataProvider: Logger.MetadataProvider? = nil) -> any LogHandler {
        ServerLogHandler(label: label, level: level, metadataProvider: metadataProvider, writer: writer)
    }

    /// Writes what was logged so far and ends; waits two seconds at most. Later lines are dropped.
    package func close() { writer.close() }
}
