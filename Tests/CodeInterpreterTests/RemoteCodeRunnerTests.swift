import CodeInterpreter
import CodeRunnerClient
import Foundation
import Testing

extension InterpreterTests {
    /// Code that is run on a runner elsewhere, over a socket.
    @Suite struct RemoteCodeRunnerTests {
        private let session = SessionKey(thread: "thread_한글 /?%\(UInt64.random(in: 0 ... .max))")

        private func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now.advanced(by: .seconds(120))
            while try await !condition() {
                try #require(ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        private func withInput<Value>(
            _ bytes: [UInt8],
            named name: String,
            _ body: (InputFile) async throws -> Value
        ) async throws -> Value {
            let path = "\(NSTemporaryDirectory())/input-\(UInt64.random(in: 0 ... .max))"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            return try await body(InputFile(id: "file-1", names: ["file-1", name], path: path, size: bytes.count))
        }

        @Test("Cells are run as on this machine, until the session is ended")
        func cells() async throws {
            let served = try await ServedRunner()
            try await served.asServer { remote in
                #expect(await remote.availability() == .available)
                #expect(await remote.life(of: session) == nil)

                let first = try await remote.run("x = 41\nprint('안녕')\nx + 1", in: session)
                let raised = try await remote.run("1 / 0", in: session)
                let interrupted = try await remote.run("while True: pass", in: session, limit: .milliseconds(500))

                #expect(first == CellResult(end: .finished, outputs: [.logs("안녕\n42\n")], isFresh: false))
                #expect(raised.end == .raised && raised.text.contains("ZeroDivisionError"))
                #expect(interrupted.end == .interrupted(.time(.milliseconds(500))))
                #expect(try await remote.run("x", in: session).text == "41\n")
                let life = try #require(await remote.life(of: session))
                #expect(await served.local.life(of: session) == life)

                await remote.end(session)
                #expect(await served.local.life(of: session) == nil)
                let fresh = try await remote.run("'x' in globals()", in: session, wasUsed: true)
                #expect(fresh.text == "False\n" && fresh.isFresh)
            }
        }

        @Test("A file is sent when its session lacks it, and only then")
        func inputs() async throws {
            let served = try await ServedRunner()
            let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            try await served.asServer { remote in
                let gone = try await withInput(bytes, named: "자료.bin") { file in
                    let source = "data = open('/mnt/data/자료.bin', 'rb').read(); len(data)"
                    let result = try await remote.run(source, in: session, files: [file])
                    #expect(result.text == "\(bytes.count)\n")
                    return file
                }
                #expect(try served.uploads.isEmpty)

                // The session has it.
                #expect(try await remote.run("data[-1]", in: session, files: [gone]).text == "\(bytes.last ?? 0)\n")
                await remote.end(session)
                await #expect(throws: CodeRunnerFailure.inputUnreadable(name: "자료.bin")) {
                    try await remote.run("1", in: session, files: [gone])
                }
            }
        }

        @Test("A file for which there is no room is not sent, and code is told")
        func largeInput() async throws {
            let served = try await ServedRunner()
            let file = InputFile(id: "file-1", names: ["file-1", "large.csv"], path: "/nowhere", size: 1 << 30)
            try await served.asServer { remote in
                let result = try await remote.run("print('run')", in: session, files: [file])

                #expect(result.text.contains("large.csv") && result.text.contains("run\n"))
            }
        }

        @Test("Files that code makes are told of and read, figures too")
        func produced() async throws {
            let served = try await ServedRunner()
            try await served.asServer { remote in
                let source = """
                    import os
                    os.makedirs('/mnt/data/out', exist_ok=True)
                    open('/mnt/data/out/합계 1.csv', 'wb').write(bytes(range(256)) * 2048)
                    open('/mnt/data/empty', 'w').close()
                    """
                let result = try await remote.run(source, in: session)
                let life = try #require(await remote.life(of: session))
                let file = try #require(result.files.first { $0.name == "out/합계 1.csv" })
                let expected = (0..<2048).flatMap { _ in (0...255).map { UInt8($0) } }

                #expect(result.files.count == 2 && file.size == expected.count && file.life == life)
                #expect(try await remote.contents(file.path, of: session) == expected)
                #expect(try await remote.contents("empty", of: session) == [])
                #expect(try await remote.contents("none", of: session) == nil)
                #expect(try await remote.contents("/etc/passwd", of: session) == nil)
                #expect(try await remote.contents("empty", of: SessionKey(thread: "another")) == nil)
                await #expect(throws: CodeRunnerFailure.tooLarge(path: file.path, limit: 1000)) {
                    try await remote.contents(file.path, of: session, limit: 1000)
                }
                #expect(try await remote.run("1 + 1", in: session).text == "2\n")
            }
        }

        @Test("A cancelled cell stops on the runner, and its session keeps what it had")
        func cancellation() async throws {
            let served = try await ServedRunner()
            try await served.asServer { remote in
                _ = try await remote.run("kept = 1", in: session)
                let cell = Task { [session] in
                    try await remote.run("while True: kept = 2", in: session, limit: .seconds(3000))
                }
                try await eventually { served.local.load.atWork == 1 }

                cell.cancel()

                await #expect(throws: CancellationError.self) { try await cell.value }
                #expect(try await remote.run("kept > 0", in: session).text == "True\n")
            }
        }

        @Test("The cell of a server that dies stops on the runner")
        func deadServer() async throws {
            let served = try await ServedRunner()
            try await served.asServer { other in
                _ = try await other.run("kept = 1", in: session)
                try await served.asServer { remote in
                    let cell = Task { [session] in
                        try await remote.run("while True: kept = 2", in: session, limit: .seconds(3000))
                    }
                    try await eventually { served.local.load.atWork == 1 }
                    await remote.shutdown()
                    #expect(try await cell.value.lossOfSession != nil)
                }

                try await eventually { served.local.load.atWork == 0 }
                #expect(try await other.run("kept > 0", in: session).text == "True\n")
            }
        }

        @Test("A runner that dies ends the session, and is unavailable from then on")
        func deadRunner() async throws {
            let served = try await ServedRunner()
            try await served.asServer { remote in
                _ = try await remote.run("1", in: session)
                let cell = Task { [session] in
                    try await remote.run("import time; time.sleep(3000)", in: session, limit: .seconds(3000))
                }
                try await eventually { served.local.load.atWork == 1 }

                await served.stop()

                #expect(try await cell.value.lossOfSession?.contains("the code runner was lost") == true)
                await expectUnavailable(remote, "cannot be reached")
                #expect(await remote.availability() != .available)
                #expect(await remote.life(of: session) == nil)
                #expect(try await remote.contents("file", of: session) == nil)
            }
        }

        private func expectUnavailable(_ remote: RemoteCodeRunner, _ words: String) async {
            do {
                _ = try await remote.run("1", in: session)
                Issue.record("it ran")
            } catch CodeRunnerFailure.unavailable(let reason, _) {
                #expect(reason.contains(words), "\(reason)")
            } catch {
                Issue.record("\(error)")
            }
        }

        @Test("Without the runner's key nothing is run", arguments: [nil, "runner-key-of-the-test", "x"])
        func wrongKey(key: String?) async throws {
            let served = try await ServedRunner()
            try await served.asServer(key: key) { remote in
                let (reason, remedy) = try #require(await remote.availability().fault)
                #expect(reason.contains("refuses the server's key") && remedy.contains("CODE_INTERPRETER_RUNNER_KEY"))
                await expectUnavailable(remote, "refuses the server's key")
                #expect(served.local.load.sessions == 0)
            }
        }

        @Test("A session that nobody uses ends on the runner")
        func idleSession() async throws {
            let served = try await ServedRunner(Interpreting.settings(idle: .milliseconds(300)))
            try await served.asServer { remote in
                _ = try await remote.run("x = 1", in: session)
                try await eventually { served.local.load.sessions == 0 }

                let result = try await remote.run("'x' in globals()", in: session, wasUsed: true)

                #expect(result.text == "False\n" && result.isFresh)
            }
        }
    }
}
