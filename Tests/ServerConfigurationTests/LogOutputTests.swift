import AssistantsAPI
import Foundation
import Logging
import ServerConfiguration
import Testing

@Suite struct LogOutputTests {
    private let directory: TemporaryDirectory
    private let terminal: FileHandle

    init() throws {
        directory = try TemporaryDirectory()
        let path = try directory.write("", to: "terminal")
        terminal = try #require(FileHandle(forWritingAtPath: path))
    }

    private func output(
        file: String? = "app.log",
        maximumFileBytes: Int = 1 << 20,
        filesKept: Int = 2,
        isColored: Bool = false
    ) -> LogOutput {
        let logs = ServerConfiguration.Logs(
            level: .info,
            file: file.map { directory.file($0) },
            maximumFileBytes: maximumFileBytes,
            filesKept: filesKept
        )
        return LogOutput(
            logs,
            terminal: LogTerminal(descriptor: terminal.fileDescriptor, isColored: isColored),
            redaction: LogRedaction(secrets: [Secret("hunter2hunter2")])
        )
    }

    private func record(
        _ message: String,
        _ level: Logger.Level = .info,
        _ metadata: Logger.Metadata = [:],
        milliseconds: Int = 1_787_736_600_123
    ) -> LogRecord {
        LogRecord(
            time: LogTime(milliseconds: milliseconds),
            level: level,
            label: "test",
            message: message,
            callMetadata: metadata
        )
    }

    @Test("The file holds a JSON object a line: UTC time, level in capitals, metadata as members of their own kind")
    func json() throws {
        var output = output()

        output.add([
            record(
                "답 \"완료\"\nline",
                .error,
                [
                    "request_id": "req_1", "duration_ms": .stringConvertible(12), "ratio": .stringConvertible(0.5),
                    "stream": .stringConvertible(true), "tools": ["a", "b"], "usage": ["total": .stringConvertible(3)],
                    "level": "mine",
                ]
            )
        ])

        let expected =
            #"{"time":"2026-08-26T09:30:00.123Z","level":"ERROR","logger":"test","message":"답 \"완료\"\nline","#
            + #""duration_ms":12,"level_":"mine","ratio":0.5,"request_id":"req_1","stream":true,"tools":["a","b"],"#
            + #""usage.total":3}"#
        #expect(directory.lines(of: "app.log") == [expected])
    }

    @Test("The call's metadata goes before the task's, that before the logger's")
    func precedence() throws {
        var output = output()

        output.add([
            LogRecord(
                time: LogTime(milliseconds: 0),
                level: .info,
                label: "test",
                message: "m",
                error: "the cause",
                loggerMetadata: ["a": "1", "b": "1", "c": "1"],
                taskMetadata: ["b": "2", "c": "2"],
                callMetadata: ["c": "3"]
            )
        ])

        let line = try JSONValue(parsing: try #require(directory.lines(of: "app.log").first))
        #expect(["a", "b", "c", "error"].map { line[$0]?.stringValue } == ["1", "2", "3", "the cause"])
    }

    @Test("The terminal shows time, level, message and pairs, and no control characters")
    func terminalLine() throws {
        var output = output(file: nil)

        output.add([
            record(
                "chat\u{1B}[2J\nanswered",
                .warning,
                ["thread": "thread_1", "reason": "two words", "quote": "a\"b", "empty": "", "n": .stringConvertible(3)]
            )
        ])

        let line = try #require(directory.lines(of: "terminal").first)
        #expect(
            line.hasSuffix(
                #" WARNING chat\x1b[2J\nanswered empty="" n=3 quote="a\"b" reason="two words" thread=thread_1"#
            )
        )
        let time = line.prefix(23)
        #expect(time.hasPrefix("2026-08-2"))
        #expect(time.hasSuffix(":00.123"))
    }

    @Test("Colour is for terminals only, where the level is coloured", arguments: [true, false])
    func color(_ isColored: Bool) throws {
        var output = output(file: "app.log", isColored: isColored)

        output.add([record("failed", .error, ["a": "b"])])

        #expect(directory.text(of: "terminal")?.contains("\u{1B}[31mERROR\u{1B}[0m") == isColored)
        #expect(directory.text(of: "terminal")?.contains("\u{1B}") == isColored)
        #expect(directory.text(of: "app.log")?.contains("\u{1B}") == false)
    }

    @Test("Secrets reach neither the terminal nor the file")
    func redaction() throws {
        var output = output()

        output.add([
            record(
                "key hunter2hunter2 refused",
                .info,
                [
                    "authorization": "Bearer x", "headers": ["api_key": "very-secret"],
                    "reason": "hunter2hunter2 is wrong",
                    "list": ["hunter2hunter2"],
                ]
            )
        ])

        for text in [directory.text(of: "app.log"), directory.text(of: "terminal")] {
            let text = try #require(text)
            #expect(!text.contains("hunter2") && !text.contains("very-secret") && !text.contains("Bearer x"))
            #expect(text.contains("refused") && text.contains("is wrong") && text.contains(LogRedaction.mask))
        }
    }

    @Test("A full file is rotated between lines, and only the kept number stays, newest first")
    func rotation() throws {
        var output = output(maximumFileBytes: 4096, filesKept: 2)
        let numbers = Array(0..<400)

        output.add(numbers.map { record("line \($0) of a log that is long enough") })

        #expect(try directory.names == ["app.log", "app.log.1", "app.log.2", "terminal"])
        let kept = ["app.log.2", "app.log.1", "app.log"].flatMap { directory.lines(of: $0) }
        let messages = try kept.map { try JSONValue(parsing: $0)["message"]?.stringValue }
        #expect(messages == numbers.suffix(kept.count).map { "line \($0) of a log that is long enough" })
        #expect(directory.text(of: "app.log.1")?.utf8.count ?? 0 > 4096 - 200)
        for name in ["app.log", "app.log.1", "app.log.2"] {
            #expect(directory.text(of: name)?.utf8.count ?? 0 <= 4096)
        }
    }

    @Test("With none kept the file begins anew")
    func rotationKeepingNone() throws {
        var output = output(maximumFileBytes: 4096, filesKept: 0)

        output.add((0..<100).map { record("line \($0)") })

        #expect(try directory.names == ["app.log", "terminal"])
        #expect(directory.lines(of: "app.log").last?.contains("line 99") == true)
        #expect(directory.text(of: "app.log")?.utf8.count ?? .max <= 4096)
    }

    @Test("A later start adds to the file that is there and counts its size")
    func appending() throws {
        for number in 0..<60 {
            var output = output(maximumFileBytes: 4096, filesKept: 1)
            output.add([record("start \(number)")])
        }

        #expect(directory.lines(of: "app.log").last?.contains("start 59") == true)
        #expect(directory.text(of: "app.log.1") != nil)
        #expect(directory.text(of: "app.log")?.utf8.count ?? .max <= 4096)
    }

    @Test("A line longer than a file may be is kept whole, in a file of its own")
    func longLine() throws {
        var output = output(maximumFileBytes: 4096, filesKept: 2)
        let long = String(repeating: "가", count: 5000)

        output.add([record("before"), record(long), record("after")])

        #expect(directory.lines(of: "app.log.2").count == 1)
        #expect(directory.lines(of: "app.log.1").first?.contains(long) == true)
        #expect(directory.lines(of: "app.log").first?.contains("after") == true)
    }

    @Test("A file that was moved away is made anew")
    func movedFile() throws {
        var output = output()
        output.add([record("one")])
        try FileManager.default.moveItem(atPath: directory.file("app.log"), toPath: directory.file("moved.log"))

        output.add([record("two")])

        #expect(directory.lines(of: "moved.log").count == 1)
        #expect(directory.lines(of: "app.log").first?.contains("two") == true)
    }

    @Test("The directory of the file is made")
    func parentDirectory() throws {
        var output = output(file: "a/b/app.log")

        output.add([record("one")])

        #expect(directory.lines(of: "a/b/app.log").count == 1)
    }

    @Test("A file that cannot be written is reported on the terminal once; when it can be again the loss is told")
    func failingFile() throws {
        let blocker = try directory.write("a file where a directory must be", to: "logs")
        var output = output(file: "logs/app.log")

        output.add([record("one", milliseconds: 0)])
        output.add([record("two", milliseconds: 500)])
        try FileManager.default.removeItem(atPath: blocker)
        output.add([record("three", milliseconds: 900)])
        output.add([record("four", milliseconds: 1000)])

        let complaints = directory.lines(of: "terminal").filter {
            $0.contains("ERROR   The log file cannot be written")
        }
        #expect(complaints.count == 1)
        #expect(complaints.first?.contains("Not a directory") == true)
        let lines = try directory.lines(of: "logs/app.log").map { try JSONValue(parsing: $0) }
        #expect(lines.map { $0["message"]?.stringValue } == ["four", "The log file can be written again"])
        #expect(lines.last?["lost_lines"]?.intValue == 3)
        #expect(directory.lines(of: "terminal").count { $0.contains("INFO") } == 4)
    }

    @Test(
        "A full disk costs lines, never the process",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))
    )
    func fullDisk() throws {
        try FileManager.default.createSymbolicLink(atPath: directory.file("app.log"), withDestinationPath: "/dev/full")
        var output = output(maximumFileBytes: 4096)

        output.add((0..<1000).map { record("line \($0)", milliseconds: $0) })

        #expect(directory.text(of: "terminal")?.contains("No space left on device") == true)
        #expect(directory.lines(of: "terminal").count { $0.contains(" INFO ") } == 1000)
    }
}
