import CodeSandbox
import Testing

/// Runs Python in the sandbox as extraction and the code interpreter do, within small limits.
struct Confined {
    var limits = SandboxLimits(
        addressSpace: 1 << 30,
        memory: 300 << 20,
        processorTime: .seconds(20),
        wallTime: .seconds(60),
        processes: 24,
        scratchFiles: 500,
        outputSize: 4 << 20
    )
    var input: String?

    /// A number that no other test has in its command, by which its processes are found.
    let mark = "mark-\(UInt64.random(in: 0 ... .max))"

    func program(_ script: String) -> ConfinedProgram {
        ConfinedProgram(
            command: ["/usr/bin/python3", "-I", "-B", "/script.py", mark],
            dataFiles: [.init(path: "/script.py", bytes: Array((Self.prelude + script).utf8))],
            input: input,
            scratchFolders: [.init(path: "/tmp", size: 32 << 20)],
            limits: limits
        )
    }

    /// What the script printed, and how it ended.
    func run(_ script: String) async throws -> (output: String, end: ConfinedEnd) {
        var output: [UInt8] = []
        let end = try await Sandbox().run(program(script)) { output += $0 }
        return (String(decoding: output, as: UTF8.self), end)
    }

    /// Runs a script that prints a word for each attempt, and expects that all were refused.
    func expectRefused(
        _ script: String,
        attempts: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (output, end) = try await run(script)
        let lines = output.split(separator: "\n")

        #expect(end.reason == .exited(0), "\(end.errors)", sourceLocation: sourceLocation)
        #expect(lines.count == attempts, "\(output)", sourceLocation: sourceLocation)
        for line in lines { #expect(line.hasPrefix("refused"), "\(line)", sourceLocation: sourceLocation) }
    }

    /// `attempt` tells what became of something that must not be possible; `call` makes a system call by its number.
    private static let prelude = """
        import ctypes, errno, os, platform, socket, sys
        libc = ctypes.CDLL(None, use_errno=True)
        def attempt(what, *arguments):
            try:
                print("SUCCEEDED", what(*arguments), arguments, flush=True)
            except Exception as error:
                print("refused", type(error).__name__, error, flush=True)
        def call(amd64, arm64, *arguments):
            number = amd64 if platform.machine() == "x86_64" else arm64
            if libc.syscall(number, *(ctypes.c_long(value) for value in arguments)) < 0:
                raise OSError(ctypes.get_errno(), errno.errorcode.get(ctypes.get_errno()))

        """
}
