import AssistantsAPI
import Foundation
import ModelProviders
import RunEngine
import Storage
import Testing

@Suite struct RecoveryTests {
    /// Leaves a database as a process leaves it that dies in the middle: one run at work, others in line.
    private func abandon(at path: String, questions: Int) async throws -> [Run] {
        let model = ScriptedModel { _, receive in
            receive(.text("never stored"))
            try await Task.sleep(for: .seconds(60))
            return ChatOutcome(finish: .stop, usage: nil)
        }
        let engine = try await TestEngine(model, path: path)
        let first = try await engine.ask("q0")
        try await first.live.waitForText()
        var runs = [first.run]
        for number in 1..<questions { runs.append(try await engine.ask("q\(number)", in: first.run.threadID).run) }
        let started = runs
        engine.worker.beginShutdown(grace: .zero)
        try await engine.serving { engine in
            for run in started {
                if let live = engine.runs.liveRuns.find(run.id) { _ = try? await live.outcome() }
            }
        }
        try engine.database.close()
        return started
    }

    @Test("Runs that a process left behind are answered by the next one, in order, nothing lost or doubled")
    func takenUp() async throws {
        let path = NSTemporaryDirectory() + "recovery-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let runs = try await abandon(at: path, questions: 4)
        let engine = try await TestEngine(ScriptedModel(), path: path)
        try await engine.worker.recover()

        try await engine.serving { engine in
            for run in runs {
                while true {
                    let state = try await engine.runs.find(run.id, of: run.threadID, in: .default).state
                    if state.status.isTerminal { break }
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
        }

        for run in runs {
            #expect(try await engine.runs.find(run.id, of: run.threadID, in: .default).state.status == .completed)
        }
        #expect(try await engine.texts(of: runs[0].threadID) == (0..<4).flatMap { ["q\($0)", "echo: q\($0)"] })
    }
}
