import CodeInterpreter
import Testing

extension InterpreterTests {
    /// What hostile code in a session must not be able to do: to others, to the server, or to its own session for longer
    /// than the cell. What the sandbox keeps from every program is tried in `CodeSandboxTests`.
    @Suite struct AttackTests {
        private let interpreting = Interpreting()
        private let bystander = Interpreting()

        /// Runs hostile code, and expects that the thread can go on afterwards and that nobody else has noticed.
        private func attack(
            _ source: String,
            on own: Interpreting? = nil,
            limit: Duration = .seconds(60),
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> CellResult {
            _ = try await bystander.run("kept = 'untouched'")
            let interpreting = own ?? interpreting
            let result = try await interpreting.run(source, limit: limit)

            #expect(try await bystander.run("kept").text == "'untouched'\n", sourceLocation: sourceLocation)
            // A session that the attack left in disorder ends with the next cell at the latest.
            _ = try await interpreting.run("1")
            #expect(try await interpreting.run("40 + 2").text == "42\n", sourceLocation: sourceLocation)
            return result
        }

        @Test("In a session, too, nothing of the host can be seen, reached or changed")
        func host() async throws {
            let result = try await attack(
                """
                import ctypes, os, socket
                libc = ctypes.CDLL(None, use_errno=True)
                def attempt(what, *arguments):
                    try:
                        print('SUCCEEDED', what(*arguments), arguments)
                    except Exception as error:
                        print('refused')
                for family in (2, 10, 16, 17, 38, 40): attempt(socket.socket, family)
                for path in ('/etc/passwd', '/etc/shadow', '/root', '/home', '/sys', '/run', '/dev/kvm', '/proc/kcore'):
                    attempt(os.stat, path)
                for path in ('/x', '/usr/x', '/etc/x', '/dev/x', '/mnt/x', '/opt/x', '/interpreter/x', '/dev/pts/x',
                    '/proc/sys/kernel/hostname', '/interpreter/main.py'):
                    attempt(open, path, 'w')
                attempt(os.setuid, 0); attempt(os.nice, -5); attempt(os.chroot, '/tmp')
                attempt(os.memfd_create, 'x')
                """
            )

            #expect(result.text == String(repeating: "refused\n", count: 28))
        }

        @Test("Neither the environment nor a path of the server is in any process that code can see")
        func environment() async throws {
            let result = try await attack(
                """
                import os
                for pid in (name for name in os.listdir('/proc') if name.isdecimal()):
                    for name in ('environ', 'cmdline'):
                        try:
                            print(open(f'/proc/{pid}/{name}').read().replace('\\0', ' '))
                        except OSError as error:
                            print(error.strerror)
                """
            )

            #expect(result.text.contains("bwrap"))
            for word in ["assistants-server/", "OPENAI", "swift", "/root/", "/home/"] {
                #expect(!result.text.contains(word), "\(word)")
            }
        }

        @Test("Signals to all processes end no session but one's own")
        func signals() async throws {
            _ = try await attack("import os, signal\nfor pid in (1, os.getppid(), -1): os.kill(pid, 9)")
            var settings = Interpreting.settings()
            settings.grace = .seconds(1)
            _ = try await attack("import os\nos.kill(os.getpid(), 19)", on: Interpreting(settings), limit: .seconds(1))
        }

        @Test(
            "Bombs of processes and threads meet their limit, and the session lives",
            arguments: [
                """
                import os, signal, time
                children = []
                try:
                    while True:
                        child = os.fork()
                        if child == 0: signal.pause(); os._exit(0)
                        children.append(child)
                except OSError: print('limit', len(children) < 64)
                for child in children: os.kill(child, 9); os.waitpid(child, 0)
                """,
                """
                import threading
                stop = threading.Event()
                threads = []
                try:
                    while True:
                        thread = threading.Thread(target=stop.wait); thread.start(); threads.append(thread)
                except RuntimeError: print('limit', len(threads) < 64)
                stop.set()
                """,
            ]
        )
        func processes(_ bomb: String) async throws {
            _ = try await interpreting.run("kept = 1")
            let result = try await attack(bomb)

            #expect(result.end == .finished && result.text == "limit True\n")
            #expect(try await interpreting.run("kept").text == "1\n")
        }

        @Test("A recursive fork bomb is gone with its session at the latest")
        func recursiveForks() async throws {
            let result = try await attack(
                """
                import os
                while True:
                    try: os.fork()
                    except OSError: pass
                """,
                limit: .seconds(1)
            )

            #expect(result.end != .finished)
            await interpreting.runner.end(interpreting.session)
            #expect(
                try await interpreting.run("len([p for p in __import__('os').listdir('/proc') if p.isdecimal()]) < 6")
                    .text
                    == "True\n"
            )
        }

        @Test("One process that wants too much memory is refused it, and keeps its variables")
        func memory() async throws {
            _ = try await interpreting.run("kept = 1")
            let result = try await attack("held = []\nwhile True: held.append(b'x' * (8 << 20))")

            #expect(result.end == .raised && result.text.contains("MemoryError"))
            #expect(try await interpreting.run("del held; kept").text == "1\n")
        }

        @Test("Several processes that want too much together are ended with their session")
        func memoryOfMany() async throws {
            let result = try await attack(
                """
                import os, time
                for _ in range(12):
                    if os.fork() == 0:
                        held = [b'x' * (4 << 20) + bytes([i]) for i in range(40)]
                        time.sleep(600)
                time.sleep(600)
                """,
                limit: .seconds(300)
            )

            guard case .sessionEnded(let reason) = result.end else { return #expect(Bool(false), "\(result)") }
            #expect(reason.contains("memory"))
        }

        @Test("So are sessions with too many files, wherever they are", arguments: ["/mnt/data", "/tmp", "/dev/shm"])
        func inodes(_ folder: String) async throws {
            let result = try await attack(
                """
                import time
                for number in range(10_000_000): open(f'\(folder)/{number}', 'w').close()
                """,
                limit: .seconds(300)
            )

            guard case .sessionEnded(let reason) = result.end else { return #expect(Bool(false), "\(result)") }
            #expect(reason.contains("files"))
        }

        @Test("Large files meet the size of their folder")
        func space() async throws {
            let result = try await attack(
                """
                import os
                def attempt(what, *arguments):
                    try:
                        what(*arguments); print('SUCCEEDED')
                    except OSError as error:
                        print('refused')
                for folder in ('/mnt/data', '/tmp', '/dev/shm'):
                    attempt(lambda: [open(f'{folder}/large', 'ab').write(b'x' * (8 << 20)) for _ in range(100)])
                    os.remove(f'{folder}/large')
                open('/mnt/data/sparse', 'w').close()
                attempt(os.truncate, '/mnt/data/sparse', 10 << 30)
                """
            )

            #expect(result.text == "refused\nrefused\nrefused\nrefused\n")
        }

        @Test(
            "Endless output is counted and dropped",
            arguments: [
                "while True: print('x' * 1000)", "import os\nwhile True: os.write(1, b'x' * 100_000)",
                "import subprocess; subprocess.run('yes')", "print('x' * 300_000_000)", "'x' * 200_000_000",
                "import sys\nwhile True: sys.stderr.write('x' * 10_000)",
            ]
        )
        func output(_ source: String) async throws {
            let result = try await attack(
                source,
                limit: source.contains("while") || source.contains("yes") ? .seconds(5) : .seconds(120)
            )

            #expect(result.text.utf8.count < CellResult.largestLogs + 16_384)
            #expect(result.text.contains("more bytes of output were dropped"))
        }

        @Test(
            "Code that runs on is interrupted, and the session keeps its variables",
            arguments: [
                "while True: pass", "import time; time.sleep(1000)", "import re; re.match('(a+)+$', 'a' * 64 + 'b')",
                "import ctypes; ctypes.CDLL(None).pause()\nwhile True: pass",
                "while True:\n    try: time.sleep(1)\n    except Exception: pass",
                "import subprocess; subprocess.run(['sleep', '1000'])",
            ]
        )
        func endless(_ source: String) async throws {
            _ = try await interpreting.run("import time; kept = 1")
            let result = try await attack(source, limit: .seconds(1))

            #expect(result.end == .interrupted(.time(.seconds(1))))
            #expect(try await interpreting.run("kept").text == "1\n")
        }

        @Test(
            "Code that does not let itself be interrupted ends with its session",
            arguments: [
                "import signal; signal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
                "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
            ]
        )
        func stubborn(_ source: String) async throws {
            var settings = Interpreting.settings()
            settings.grace = .seconds(1)
            let result = try await attack(source, on: Interpreting(settings), limit: .seconds(1))

            guard case .sessionEnded(let reason) = result.end else { return #expect(Bool(false), "\(result)") }
            #expect(reason.contains("time"))
        }

        @Test(
            "A process that ends, crashes or cuts itself off ends its session, and no more",
            arguments: [
                "import os; os._exit(3)", "import ctypes; ctypes.string_at(0)", "import os; os.closerange(0, 300)",
                "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
                "import os; os.execv('/usr/bin/true', ['true'])",
            ]
        )
        func crash(_ source: String) async throws {
            let result = try await attack(source, limit: .seconds(20))

            guard case .sessionEnded(let reason) = result.end else { return #expect(Bool(false), "\(result)") }
            #expect(!reason.isEmpty)
        }

        @Test(
            "Whoever writes to the server in the interpreter's place ends the session",
            arguments: [
                // Another call's name, junk, a frame without an end, and no JSON under the right name.
                "import os; os.write(201, bytes([0, 0, 0, 2]) + bytes(16) + b'{}')",
                "import os; os.write(201, b'x' * 5000)",
                "import os; os.write(201, b'\\xff' * 100)",
                """
                import gc, os
                channel = next(o for o in gc.get_objects() if type(o).__name__ == 'Channel')
                channel.write(bytes([0, 0, 0, 5]) + channel.call + b'[1,2]')
                """,
            ]
        )
        func forgery(_ source: String) async throws {
            let result = try await attack(source, limit: .seconds(20))

            guard case .sessionEnded(let reason) = result.end else { return #expect(Bool(false), "\(result)") }
            #expect(reason.contains("connection"))
        }

        @Test("An answer that code gives itself is its own session's alone, and the true one after it ends that")
        func ownAnswer() async throws {
            let forged = try await attack(
                """
                import gc
                channel = next(o for o in gc.get_objects() if type(o).__name__ == 'Channel')
                channel.answer({'end': 'finished', 'outputs': [{'logs': 'forged'}, {'image': {'name': '../x', 'size': 1}}],
                    'files': [{'name': '../../etc/passwd', 'size': 1}, {'name': '/etc/passwd', 'size': 1}, {'name': 7}]})
                """
            )

            if case .finished = forged.end {
                #expect(forged.outputs == [.logs("forged")] && forged.files.isEmpty)
            }
        }

        @Test("What is said after a cell, before anything was asked, ends the session")
        func early() async throws {
            let first = try await interpreting.run(
                """
                import os, threading, time
                def speak():
                    while True:
                        time.sleep(0.01)
                        os.write(201, b'x' * 100)
                threading.Thread(target=speak, daemon=True).start()
                """
            )
            // On a busy machine it may even speak before its own cell is over.
            var ends = [first.end]
            for _ in 0..<3 { ends.append(try await interpreting.run("import time; time.sleep(0.2)").end) }

            #expect(ends.contains { if case .sessionEnded = $0 { true } else { false } })
            #expect(try await bystander.run("1").text == "1\n")
        }

        @Test("Orders to terminals, half characters and zeros come as text that does no harm")
        func text() async throws {
            let result = try await attack(
                "print('\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07 \\x00 \\ud800 \\x9b'); '\\udfff'"
            )

            #expect(result.end == .finished)
            #expect(result.text.contains("red") && !result.text.contains("\u{1B}") && !result.text.contains("\0"))
        }
    }
}
