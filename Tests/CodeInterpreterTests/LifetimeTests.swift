import CodeInterpreter
import Testing

extension InterpreterTests {
    /// When sessions begin, wait, and end.
    @Suite struct LifetimeTests {
        /// Waits for something that is bound to happen.
        private func eventually(_ condition: @Sendable () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now.advanced(by: .seconds(120))
            while try await !condition() {
                try #require(ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        @Test("Cells of one thread run one after the other")
        func serial() async throws {
            let interpreting = Interpreting()
            _ = try await interpreting.run("depth = 0; deepest = 0")

            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let source =
                            "import time\ndepth += 1; deepest = max(deepest, depth); time.sleep(0.01); depth -= 1"
                        _ = try await interpreting.run(source)
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await interpreting.run("deepest").text == "1\n")
        }

        @Test("A cancelled cell stops, and its session keeps what it had")
        func cancellation() async throws {
            let interpreting = Interpreting()
            _ = try await interpreting.run("kept = 1")
            let task = Task {
                try await interpreting.run(
                    "open('/mnt/data/begun', 'w').close()\nimport time; time.sleep(1000)",
                    limit: .seconds(2000)
                )
            }
            try await eventually { interpreting.runner.load.atWork > 0 }
            try await Task.sleep(for: .milliseconds(300))
            task.cancel()

            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(try await interpreting.run("kept").text == "1\n")
        }

        @Test("A cancelled cell that does not stop loses its session, soon")
        func stubbornCancellation() async throws {
            var settings = Interpreting.settings()
            settings.cancellationGrace = .seconds(1)
            let interpreting = Interpreting(settings)
            let source = """
                import signal; signal.signal(signal.SIGIO, signal.SIG_IGN)
                open('/mnt/data/begun', 'w').close()
                while True: pass
                """
            let task = Task { try await interpreting.run(source, limit: .seconds(2000)) }
            try await eventually { await interpreting.runner.life(of: interpreting.session) != nil }
            task.cancel()

            await #expect(throws: CancellationError.self) { _ = try await task.value }
            #expect(try await interpreting.run("1").text == "1\n")
        }

        @Test("A thread that is deleted while its code runs takes its session along")
        func endInMidCell() async throws {
            let interpreting = Interpreting()
            let task = Task { try await interpreting.run("import time; time.sleep(1000)", limit: .seconds(2000)) }
            try await eventually { await interpreting.runner.life(of: interpreting.session) != nil }
            await interpreting.runner.end(interpreting.session)

            guard case .sessionEnded = try await task.value.end else { return #expect(Bool(false)) }
        }

        @Test("An idle session ends after its time, and the next cell of its thread knows")
        func idle() async throws {
            let interpreting = Interpreting(Interpreting.settings(idle: .milliseconds(100)))
            try await interpreting.lookedAfter {
                _ = try await interpreting.run("x = 1")
                try await eventually { await interpreting.runner.life(of: interpreting.session) == nil }
            }

            #expect(try await interpreting.run("1").isFresh)
        }

        @Test("A warm interpreter of the pool is taken by the next thread, and replaced")
        func pool() async throws {
            let interpreting = Interpreting(Interpreting.settings(pool: 1))
            try await interpreting.lookedAfter {
                try await eventually { interpreting.runner.load.warm == 1 }
                let result = try await interpreting.run("import sys; 'json' in sys.modules")
                #expect(result.end == .finished && !result.isFresh)
                #expect(interpreting.runner.load.sessions == 1)
                try await eventually { interpreting.runner.load.warm == 1 }
            }
        }

        @Test("Where there is no room the longest idle session goes")
        func eviction() async throws {
            let first = Interpreting(Interpreting.settings(sessions: 2))
            func run(_ thread: String) async throws -> CellResult {
                try await first.runner.run(
                    Cell(source: "1", timeLimit: .seconds(60)),
                    in: SessionKey(thread: thread),
                    files: [],
                    wasUsed: false
                )
            }
            for thread in ["a", "b", "a", "c"] { _ = try await run(thread) }

            #expect(await first.runner.life(of: SessionKey(thread: "a")) != nil)
            #expect(await first.runner.life(of: SessionKey(thread: "b")) == nil)
            #expect(try await run("b").isFresh)
            #expect(first.runner.load.sessions == 2)
        }

        @Test("Who waits for room for too long is told so")
        func refusal() async throws {
            var settings = Interpreting.settings(sessions: 1)
            settings.patience = .milliseconds(100)
            let (first, thread) = (Interpreting(settings), SessionKey(thread: "other"))
            try await first.lookedAfter {
                let blocking = Task { try await first.run("import time; time.sleep(1000)", limit: .seconds(2000)) }
                try await eventually { await first.runner.life(of: first.session) != nil }

                await #expect(throws: CodeRunnerFailure.self) {
                    _ = try await first.runner.run(
                        Cell(source: "1", timeLimit: .seconds(60)),
                        in: thread,
                        files: [],
                        wasUsed: false
                    )
                }
                blocking.cancel()
                _ = try? await blocking.value
            }
        }

        @Test("A hundred threads at once stay within the limits, and all get their answer")
        func crowd() async throws {
            let budget = 1400 << 20
            let interpreting = Interpreting(Interpreting.settings(budget: budget, sessions: 12))
            let runner = interpreting.runner
            let (answers, most) = try await interpreting.lookedAfter {
                try await withThrowingTaskGroup(of: String?.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let cell = Cell(
                                source: "held = b'x' * (20 << 20); import time; time.sleep(0.05); \(number)",
                                timeLimit: .seconds(120)
                            )
                            return try await runner.run(
                                cell,
                                in: SessionKey(thread: "\(number)"),
                                files: [],
                                wasUsed: false
                            ).text
                        }
                    }
                    group.addTask {
                        while !Task.isCancelled {
                            let load = runner.load
                            #expect(load.sessions <= 12 && load.memory <= budget)
                            try? await Task.sleep(for: .milliseconds(5))
                        }
                        return nil
                    }
                    var answers: Set<String> = []
                    while answers.count < 100, let answer = try await group.next() {
                        if let answer { answers.insert(answer) }
                    }
                    group.cancelAll()
                    return (answers, runner.load.sessions)
                }
            }

            #expect(answers == Set((0..<100).map { "\($0)\n" }))
            #expect(most <= 12)
        }
    }
}
