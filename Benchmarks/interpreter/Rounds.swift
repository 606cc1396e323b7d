import CodeInterpreter
import Foundation

/// Cells that are measured, each in a thread of its own or in one that all share.
struct Rounds: Sendable {
    let runner: LocalCodeRunner

    let plot = """
        import matplotlib.pyplot as plt
        import pandas as pd
        pd.DataFrame({'clicks': [3, 1, 2]}, index=['가', '나', '다']).plot.bar(title='광고별 클릭')
        plt.show()
        """
    let table = """
        import numpy as np
        import pandas as pd
        frame = pd.DataFrame({'ad': np.arange(100_000) % 50, 'views': np.arange(100_000)})
        frame.groupby('ad').views.sum().describe()
        """

    func show(_ what: String, count: Int, _ body: @Sendable (Rounds) async throws -> Duration) async throws {
        var times: [Double] = []
        for _ in 0..<count { times.append(try await body(self) / .milliseconds(1)) }
        times.sort()
        let text = [times[count / 2], times[min(count - 1, count * 95 / 100)]].map { String(format: "%.1f", $0) }
        print("\(what): median \(text[0]) ms, 95 % below \(text[1]) ms")
    }

    func first(_ source: String, fromPool: Bool = true) async throws -> Duration {
        let session = SessionKey(thread: UUID().uuidString)
        if fromPool {
            while runner.load.warm == 0 { try await Task.sleep(for: .milliseconds(20)) }
            // Its start is behind it, and so is what the machine did for it.
            try await Task.sleep(for: .milliseconds(300))
        } else {
            // The pool's one is for another thread.
            while runner.load.warm == 0 { try await Task.sleep(for: .milliseconds(20)) }
            let other = SessionKey(thread: UUID().uuidString)
            _ = try await cell("1", other)
            await runner.end(other)
        }
        let time = try await measure { try await cell(source, session) }
        await runner.end(session)
        return time
    }

    func further(_ source: String) async throws -> Duration {
        try await measure { try await cell(source, SessionKey(thread: "shared")) }
    }

    func file(_ size: Int) async throws -> Duration {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try Data(count: size).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (session, file) = (
            SessionKey(thread: UUID().uuidString), InputFile(id: "f", names: ["f"], path: path, size: size)
        )
        _ = try await cell("1", session)
        let time = try await measure {
            try await runner.run(Cell(source: "1", timeLimit: .seconds(60)), in: session, files: [file], wasUsed: false)
        }
        await runner.end(session)
        return time
    }

    func reading(_ size: Int) async throws -> Duration {
        let session = SessionKey(thread: UUID().uuidString)
        _ = try await cell("open('/mnt/data/f', 'wb').write(bytes(\(size)))", session)
        let start = ContinuousClock.now
        _ = try await runner.read("f", of: session, limit: size) { _ in }
        await runner.end(session)
        return start.duration(to: .now)
    }

    /// What idle sessions hold, shared memory divided among those who share it.
    func memory() async throws {
        let cells = [
            ("as it comes from the pool", true, "1"), ("after a plot with pandas", true, plot),
            ("without the pool", false, "1"), ("with pandas (< 65 MB)", false, "import pandas"),
        ]
        for (name, isFromPool, source) in cells {
            while runner.load.warm == 0 { try await Task.sleep(for: .milliseconds(20)) }
            if !isFromPool { _ = try await cell("1", SessionKey(thread: UUID().uuidString)) }
            let session = SessionKey(thread: UUID().uuidString)
            let result = try await cell(source + "\nprint(open('/proc/self/smaps_rollup').read())", session)
            let text = result.outputs.map { if case .logs(let text) = $0 { text } else { "" } }.joined()
            let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") } ?? ""
            let kilobytes = line.split(separator: " ").compactMap { Int($0) }.first ?? 0
            print("idle session, \(name): \(kilobytes >> 10) MB")
            await runner.end(session)
        }
    }

    /// How far those get who want more than they may, until they are ended.
    func bombs() async throws {
        let memory = """
            import os, time
            for _ in range(40):
                if os.fork() == 0:
                    held = []
                    while True: held.append(b'x' * (4 << 20))
            time.sleep(600)
            """
        let files = "for number in range(10_000_000): open(f'/mnt/data/{number}', 'w').close()"
        for (name, source) in [("memory, 40 processes", memory), ("empty files", files)] {
            let before = Self.available
            let lowest = Task {
                var lowest = before
                while !Task.isCancelled {
                    lowest = min(lowest, Self.available)
                    try? await Task.sleep(for: .milliseconds(2))
                }
                return lowest
            }
            let session = SessionKey(thread: UUID().uuidString)
            let start = ContinuousClock.now
            let result = try await runner.run(
                Cell(source: source, timeLimit: .seconds(100)),
                in: session,
                files: [],
                wasUsed: false
            )
            let time = start.duration(to: .now) / .milliseconds(1)
            lowest.cancel()
            print(
                "bomb of \(name): took \((before - (await lowest.value)) >> 20) MB, ended after \(Int(time)) ms: \(result.end)"
            )
        }
    }

    /// Memory that the machine has left, in bytes.
    private static var available: Int {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }

    private func cell(_ source: String, _ session: SessionKey) async throws -> CellResult {
        try await runner.run(Cell(source: source, timeLimit: .seconds(60)), in: session, files: [], wasUsed: false)
    }

    private func measure(_ body: @Sendable () async throws -> CellResult) async throws -> Duration {
        let start = ContinuousClock.now
        let result = try await body()
        let time = start.duration(to: .now)
        guard result.end == .finished else { throw Failure(result: result) }
        return time
    }

    private struct Failure: Error { let result: CellResult }
}
