import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where people read the log.
package struct LogTerminal: Sendable {
    let descriptor: Int32
    let isColored: Bool

    package init(descriptor: Int32, isColored: Bool) {
        self.descriptor = descriptor
        self.isColored = isColored
    }

    /// Standard error, in colour if it is a terminal and `NO_COLOR` is not set.
    package static var standardError: LogTerminal {
        let wantsPlain = getenv("NO_COLOR") != nil || getenv("TERM").map { String(cString: $0) } == "dumb"
        return LogTerminal(descriptor: STDERR_FILENO, isColored: isatty(STDERR_FILENO) == 1 && !wantsPlain)
    }
}

/// Writes records to the terminal and to the log file. It belongs to one thread, which it may block.
package struct LogOutput: ~Copyable {
    private let terminal: LogTerminal
    private var terminalFormat: TerminalLogFormat
    private var jsonFormat = JSONLogFormat()
    private var reader: LogLineReader
    private var file: RotatingLogFile?
    private let path: String
    private var terminalLines: [UInt8] = []
    private var json: [UInt8] = []
    private var failure: (since: LogTime, lostLines: Int)?

    private static let terminalLimit = 1 << 16
    /// How long a failed file is left alone.
    private static let retryMilliseconds = 1000

    package init(_ logs: ServerConfiguration.Logs, terminal: LogTerminal, redaction: LogRedaction) {
        self.terminal = terminal
        terminalFormat = TerminalLogFormat(isColored: terminal.isColored)
        reader = LogLineReader(redaction: redaction)
        path = logs.file ?? ""
        file = logs.file.map {
            RotatingLogFile(path: $0, maximumBytes: logs.maximumFileBytes, filesKept: logs.filesKept)
        }
    }

    package mutating func add(_ records: [LogRecord]) {
        guard let last = records.last else { return }
        for record in records {
            let line = reader.line(record)
            addToTerminal(line)
            addToFile(line)
        }
        flushFile(at: last.time)
        flushTerminal()
    }

    // MARK: File

    private mutating func addToFile(_ line: LogLine) {
        guard file != nil else { return }
        if let failure, !isRetryDue(failure.since, at: line.time) {
            self.failure?.lostLines += 1
            return
        }
        json.removeAll(keepingCapacity: true)
        jsonFormat.append(line, to: &json)
        do {
            try file?.add(json)
        } catch {
            noteFailure(error, at: line.time)
        }
    }

    private mutating func flushFile(at time: LogTime) {
        do {
            try file?.flush()
        } catch {
            noteFailure(error, at: time)
            return
        }
        guard let failure, isRetryDue(failure.since, at: time) else { return }
        reportRecovery(lostLines: failure.lostLines, at: time)
    }

    private mutating func noteFailure(_ error: RotatingLogFile.Failure, at time: LogTime) {
        if failure == nil {
            let complaint = LogRecord.own(
                .error,
                time,
                "The log file cannot be written",
                ["path": "\(path)", "reason": "\(error.reason)"]
            )
            addToTerminal(reader.line(complaint))
        }
        failure = (time, (failure?.lostLines ?? 0) + error.lines)
    }

    private mutating func reportRecovery(lostLines: Int, at time: LogTime) {
        let record = LogRecord.own(
            .warning,
            time,
            "The log file can be written again",
            ["path": "\(path)", "lost_lines": .stringConvertible(lostLines)]
        )
        let line = reader.line(record)
        failure = nil
        addToFile(line)
        do {
            try file?.flush()
            addToTerminal(line)
        } catch {
            failure = (time, lostLines)
        }
    }

    private func isRetryDue(_ failed: LogTime, at time: LogTime) -> Bool {
        time.milliseconds >= failed.milliseconds + Self.retryMilliseconds
    }

    // MARK: Terminal

    private mutating func addToTerminal(_ line: LogLine) {
        terminalFormat.append(line, to: &terminalLines)
        if terminalLines.count >= Self.terminalLimit { flushTerminal() }
    }

    /// What a closed or failing terminal does not take is dropped; there is nowhere to report it.
    private mutating func flushTerminal() {
        var written = 0
        while written < terminalLines.count {
            let count = terminalLines.withUnsafeBytes {
                write(terminal.descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN, isWritable { continue }
            guard count > 0 else { break }
            written += count
        }
        terminalLines.removeAll(keepingCapacity: true)
    }

    /// Waits a second at most for a terminal that somebody set to non-blocking.
    private var isWritable: Bool {
        var request = pollfd(fd: terminal.descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, 1000) == 1
    }
}

extension LogRecord {
    /// A line of the log about itself.
    static func own(_ level: Logger.Level, _ time: LogTime, _ message: String, _ metadata: Logger.Metadata) -> LogRecord
    {
        LogRecord(time: time, level: level, label: "log", message: message, callMetadata: metadata)
    }
}
