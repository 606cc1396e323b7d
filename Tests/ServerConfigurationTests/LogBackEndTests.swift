import AssistantsAPI
import Foundation
import Logging
import ServerConfiguration
import Testing

@Suite struct LogBackEndTests {
    private let directory: TemporaryDirectory
    /// Properties, as a file descriptor is closed with its owner.
    private let devNull: FileHandle
    private let pipe = Pipe()

    init() throws {
        directory = try TemporaryDirectory()
        devNull = try #require(FileHandle(forWritingAtPath: "/dev/null"))
    }

    private func backEnd(_ level: Logger.Level = .info, terminal: Int32, maximumQueuedRecords: Int = 16384)
        -> LogBackEnd
    {
        let logs = ServerConfiguration.Logs(
            level: level,
            file: directory.file("app.log"),
            maximumFileBytes: 10 << 20,
            filesKept: 1
        )
        return LogBackEnd(
            logs,
            terminal: LogTerminal(descriptor: terminal, isColored: false),
            redaction: LogRedaction(secrets: []),
            maximumQueuedRecords: maximumQueuedRecords
        )
    }

    private func messages() throws -> [String?] {
        try directory.lines(of: "app.log").map { try JSONValue(parsing: $0)["message"]?.stringValue }
    }

    @Test("What was logged before the end is in the file, by level, with the logger's metadata")
    func endToEnd() throws {
        let backEnd = backEnd(.notice, terminal: devNull.fileDescriptor)
        var logger = Logger(label: "engine", factory: { backEnd.handler(label: $0) })
        logger[metadataKey: "request_id"] = "req_1"

        logger.info("not shown")
        logger.notice("shown", metadata: ["run": "run_1"])
        backEnd.close()
        logger.error("after the end")

        let lines = try directory.lines(of: "app.log").map { try JSONValue(parsing: $0) }
        #expect(lines.map { $0["message"]?.stringValue } == ["shown"])
        #expect(lines.first?["logger"]?.stringValue == "engine")
        #expect(lines.first?["request_id"]?.stringValue == "req_1")
        #expect(lines.first?["run"]?.stringValue == "run_1")
    }

    @Test("Lines of many tasks are all written, each task's in order")
    func concurrency() async throws {
        let backEnd = backEnd(terminal: devNull.fileDescriptor)
        let logger = Logger(label: "test", factory: { backEnd.handler(label: $0) })

        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<500 { logger.info("\(task) \(number)") }
                }
            }
        }
        backEnd.close()

        let written = try messages()
        #expect(written.count == 4000)
        for task in 0..<8 {
            let own = written.compactMap { $0 }.filter { $0.hasPrefix("\(task) ") }
            #expect(own == (0..<500).map { "\(task) \($0)" })
        }
    }

    @Test("While nobody reads the terminal, logging goes on without waiting, and what did not fit is counted")
    func overflow() throws {
        let backEnd = backEnd(terminal: pipe.fileHandleForWriting.fileDescriptor, maximumQueuedRecords: 100)
        let logger = Logger(label: "test", factory: { backEnd.handler(label: $0) })
        let text = String(repeating: "x", count: 1000)

        // More than queue and pipe hold: were it not dropped, this would wait for ever.
        for number in 0..<1000 { logger.info("\(number) \(text)") }
        let reader = Thread { while !pipe.fileHandleForReading.availableData.isEmpty {} }
        reader.start()
        backEnd.close()
        try pipe.fileHandleForWriting.close()

        let lines = try directory.lines(of: "app.log").map { try JSONValue(parsing: $0) }
        let written = lines.count { $0["message"]?.stringValue?.hasSuffix(text) == true }
        let dropped = lines.compactMap { $0["lines"]?.intValue }.reduce(0, +)
        #expect(dropped > 0)
        #expect(written + dropped == 1000)
    }

    @Test("A terminal that went away stops neither the process nor the file")
    func closedTerminal() throws {
        try pipe.fileHandleForReading.close()
        let backEnd = backEnd(terminal: pipe.fileHandleForWriting.fileDescriptor)
        let logger = Logger(label: "test", factory: { backEnd.handler(label: $0) })

        logger.info("one")
        backEnd.close()

        #expect(try messages() == ["one"])
    }
}
