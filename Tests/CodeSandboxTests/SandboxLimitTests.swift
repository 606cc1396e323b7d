import CodeSandbox
import Foundation
import Testing

/// That no program takes more than it may, and that nothing of it stays.
@Suite(.serialized) struct SandboxLimitTests {
    private var confined = Confined()

    private func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let mark = Array(confined.mark.utf8)
        for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
            let command = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            #expect(command.firstRange(of: mark) == nil, "process \(process) is left", sourceLocation: sourceLocation)
        }
    }

    @Test("A fork bomb makes no more processes than allowed, and is gone with the program")
    func forkBomb() async throws {
        let (output, end) = try await confined.run(
            """
            children = 0
            try:
                while True:
                    if os.fork() == 0:
                        try:
                            while True: os.fork()
                        except OSError:
                            import signal; signal.pause()
                    children += 1
            except OSError as error:
                print(error.errno == errno.EAGAIN, children < 24, flush=True)
            os._exit(0)
            """
        )

        #expect(output.split(separator: "\n").contains("True True"))
        #expect(end.reason == .exited(0))
        try expectNothingLeft()
    }

    @Test("A process that asks for too much memory is refused it, and goes on")
    func memoryOfOne() async throws {
        let (output, end) = try await confined.run(
            """
            try:
                bytearray(2 << 30)
            except MemoryError:
                print("refused")
            """
        )

        #expect(output == "refused\n")
        #expect(end.reason == .exited(0))
    }

    @Test("Several processes cannot take together what one may not")
    func memoryOfMany() async throws {
        let (_, end) = try await confined.run(
            """
            import time
            for _ in range(10):
                if os.fork() == 0:
                    held = [bytearray(b"x" * (4 << 20)) for _ in range(40)]
                    time.sleep(60)
            time.sleep(60)
            """
        )

        #expect(end.reason == .broke(.memory))
        try expectNothingLeft()
    }

    @Test("Neither many files nor large ones fill the machine's memory")
    func scratch() async throws {
        let (output, filled) = try await confined.run(
            """
            attempt(lambda: [open("/tmp/large", "ab").write(b"x" * (1 << 20)) for _ in range(100)])
            attempt(lambda: os.truncate("/tmp/large", 10 << 30))
            """
        )
        let (_, crowded) = try await confined.run(
            """
            import time
            for number in range(2000): open(f"/tmp/{number}", "w").close()
            time.sleep(60)
            """
        )

        #expect(output.split(separator: "\n").count == 2 && !output.contains("SUCCEEDED"))
        #expect(filled.reason == .exited(0))
        #expect(crowded.reason == .broke(.files))
        try expectNothingLeft()
    }

    @Test("Endless output ends the program, on either channel", arguments: ["stdout", "stderr"])
    func endlessOutput(_ channel: String) async throws {
        let (output, end) = try await confined.run("while True: sys.\(channel).write('x' * 10000)")

        #expect(end.reason == .broke(.output))
        #expect(output.utf8.count <= confined.limits.outputSize + 65_536)
        #expect(end.errors.utf8.count <= 8192)
        try expectNothingLeft()
    }

    @Test("A program that sleeps is ended after its time, one that computes after its time on the processor")
    func time() async throws {
        var confined = confined
        confined.limits.wallTime = .milliseconds(700)
        let (_, asleep) = try await confined.run("import time; time.sleep(600)")
        confined.limits.wallTime = .seconds(120)
        confined.limits.processorTime = .seconds(1)
        let (_, busy) = try await confined.run("while True: pass")

        #expect(asleep.reason == .broke(.wallTime))
        #expect(busy.reason == .exited(128 + 24) || busy.reason == .exited(128 + 9))
        try expectNothingLeft()
    }

    @Test("The time in which the output waits for its reader does not count")
    func backPressure() async throws {
        var confined = confined
        confined.limits.wallTime = .seconds(1)
        let process = try await Sandbox().start(confined.program("sys.stdout.write('x' * 1000000)"))
        var size = try #require(await process.nextOutput()).count

        try await Task.sleep(for: .milliseconds(1500))
        while let bytes = await process.nextOutput() { size += bytes.count }

        #expect(size == 1_000_000)
        #expect(try await process.end().reason == .exited(0))
    }

    @Test("A program whose task is cancelled is ended, and one whose output nobody takes any more")
    func cancellation() async throws {
        struct Enough: Error {}
        let program = confined.program("print('up', flush=True)\nimport time; time.sleep(600)")
        let task = Task { try await Sandbox().run(program) { _ in withUnsafeCurrentTask { $0?.cancel() } } }

        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: Enough.self) { try await Sandbox().run(program) { _ in throw Enough() } }
        try expectNothingLeft()
    }

    @Test("A program that nobody holds any more ends")
    func abandoned() async throws {
        do {
            let process = try await Sandbox().start(
                confined.program("print('up', flush=True)\nimport time; time.sleep(600)")
            )
            _ = await process.nextOutput()
        }
        // What comes after it on the sandbox's thread has seen it killed.
        _ = try await Confined().run("pass")

        try expectNothingLeft()
    }

    @Test("How a program ended is known", arguments: [("os._exit(7)", Int32(7)), ("os.kill(os.getpid(), 11)", 139)])
    func exitCodes(_ script: String, _ code: Int32) async throws {
        #expect(try await confined.run(script).end.reason == .exited(code))
    }
}
