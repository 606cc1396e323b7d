import CodeInterpreter
import Foundation
import Testing

extension InterpreterTests {
    /// What code finds in its session.
    @Suite struct SessionTests {
        private let interpreting = Interpreting()

        @Test("Variables live from cell to cell, and the last value is shown")
        func state() async throws {
            let first = try await interpreting.run("numbers = [1, 2, 3]\nsum(numbers)")
            let second = try await interpreting.run("numbers.append(4); sum(numbers)")
            let third = try await interpreting.run("numbers;")

            #expect(first == CellResult(end: .finished, outputs: [.logs("6\n")], isFresh: false))
            #expect(second.text == "10\n")
            #expect(third.outputs.isEmpty)
        }

        @Test("Two threads do not see each other")
        func separate() async throws {
            let other = Interpreting()
            _ = try await interpreting.run("secret = 7; open('/mnt/data/secret', 'w').write('x'); open('/tmp/s', 'w')")

            let seen = try await other.run(
                """
                import os
                print('secret' in globals(), os.listdir('/mnt/data'), os.path.exists('/tmp/s'), os.listdir('/dev/shm'))
                """
            )

            #expect(seen.text == "False [] False []\n")
        }

        @Test("An error's traceback has the code's own lines alone, and the session lives")
        func traceback() async throws {
            _ = try await interpreting.run("x = 1")
            let raised = try await interpreting.run("def f():\n    return 1 / 0\n\nf()")
            let misspelt = try await interpreting.run("x +")

            #expect(raised.end == .raised)
            #expect(raised.text.contains("line 4") && raised.text.contains("return 1 / 0"))
            #expect(raised.text.contains("ZeroDivisionError") && !raised.text.contains("/interpreter"))
            #expect(misspelt.end == .raised && misspelt.text.contains("SyntaxError"))
            #expect(!misspelt.text.contains("/usr/lib"))
            #expect(try await interpreting.run("x").text == "1\n")
        }

        @Test("The end that code asks for is that of the cell")
        func systemExit() async throws {
            let first = try await interpreting.run("x = 5\nimport sys; sys.exit(3)")

            #expect(first.end == .finished && first.text.contains("SystemExit: 3"))
            #expect(try await interpreting.run("x").text == "5\n")
        }

        @Test("What Python, C and children write comes in its order")
        func order() async throws {
            let result = try await interpreting.run(
                """
                import ctypes, os, subprocess, sys
                print('one')
                os.write(1, b'two\\n')
                subprocess.run(['sh', '-c', 'echo three; echo four >&2'])
                print('five', file=sys.stderr)
                """
            )

            #expect(result.text == "one\ntwo\nthree\nfour\nfive\n")
        }

        @Test("Long output is cut, and how much was left out is said")
        func cut() async throws {
            let result = try await interpreting.run("print('x' * 1_000_000)")

            #expect(result.text.utf8.count < CellResult.largestLogs + 8192)
            #expect(result.text.contains("737,857 more bytes of output were dropped"))
        }

        @Test("A file of the server is there by its id and by its name, and is given once")
        func input() async throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("input-\(UUID())").path
            let text = String(repeating: "a,b\n1,2\n", count: 100_000)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            let file = InputFile(id: "file-1", names: ["file-1", "한글 파일.csv"], path: path, size: text.utf8.count)

            let read = try await interpreting.run(
                "print(len(open('/mnt/data/file-1').read()), len(open('한글 파일.csv').read()))\nmark = 1",
                files: [file]
            )
            let kept = try await interpreting.run("open('/mnt/data/한글 파일.csv', 'w').write('changed')", files: [file])
            let again = try await interpreting.run("print(open('/mnt/data/file-1').read())", files: [file])

            #expect(read.text == "800000 800000\n")
            #expect(read.files.isEmpty)
            #expect(kept.files.map(\.name) == ["한글 파일.csv"])
            #expect(again.text == "changed\n")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }

        @Test("A file that does not fit is named, and the cell runs")
        func tooLarge() async throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("input-\(UUID())").path
            try Data().write(to: URL(fileURLWithPath: path))
            truncate(path, 400 << 20)
            defer { try? FileManager.default.removeItem(atPath: path) }
            let file = InputFile(id: "file-1", names: ["file-1", "large.bin"], path: path, size: 400 << 20)

            let result = try await interpreting.run("import os; os.listdir('/mnt/data')", files: [file])

            #expect(result.end == .finished)
            #expect(result.text.contains("large.bin") && result.text.contains("[]"))

            truncate(path, 100 << 20)
            let fitting = InputFile(id: "file-2", names: ["file-2", "filling.bin"], path: path, size: 100 << 20)
            _ = try await interpreting.run("open('/mnt/data/own', 'wb').write(b'x' * (250 << 20))")
            let full = try await interpreting.run("os.listdir('/mnt/data')", files: [fitting])

            #expect(full.text.contains("filling.bin") && full.text.contains("['own']"))
        }

        @Test("Files that code makes are told of and can be read; links, pipes and what is outside cannot")
        func output() async throws {
            let made = try await interpreting.run(
                """
                import os
                os.makedirs('/mnt/data/sub')
                open('/mnt/data/sub/result.txt', 'w').write('done')
                open('/mnt/data/large.bin', 'wb').write(bytes(range(256)) * 12000)
                os.symlink('/proc/1/environ', '/mnt/data/link')
                os.mkfifo('/mnt/data/pipe')
                open('/mnt/data/new\\nline', 'w').write('x')
                open(b'/mnt/data/\\xff', 'w').write('x')
                open('/mnt/data/' + 'n' * 255, 'w').write('x')
                """
            )
            let names = Set(made.files.map(\.name))
            let large = try await interpreting.contents("large.bin", limit: 4 << 20)

            #expect(names == ["sub/result.txt", "large.bin", String(repeating: "n", count: 255)])
            #expect(try await interpreting.contents("sub/result.txt") == Array("done".utf8))
            #expect(large?.count == 3_072_000 && large?.suffix(256).elementsEqual(0...255) == true)
            for path in ["link", "pipe", "absent", "/etc/passwd", "../../proc/self/environ", "/dev/zero", "sub"] {
                #expect(try await interpreting.contents(path) == nil, "\(path)")
            }
            await #expect(throws: CodeRunnerFailure.tooLarge(path: "large.bin", limit: 1000)) {
                _ = try await interpreting.contents("large.bin", limit: 1000)
            }
            #expect(try await interpreting.run("1").text == "1\n")
            #expect(try await interpreting.run("1").files.isEmpty)
        }

        @Test("A reader that stops in the middle of a file leaves the session in order")
        func abandonedRead() async throws {
            struct Enough: Error {}
            _ = try await interpreting.run("open('/mnt/data/large', 'wb').write(bytes(5_000_000))")

            await #expect(throws: Enough.self) {
                _ = try await interpreting.runner.read("large", of: interpreting.session, limit: 8 << 20) { _ in
                    throw Enough()
                }
            }

            #expect(try await interpreting.run("'still here'").text == "'still here'\n")
        }

        @Test("A deleted thread's session is gone; the next one is new and says so")
        func end() async throws {
            let first = try await interpreting.run("x = 1; open('/mnt/data/f', 'w').write('1')")
            await interpreting.runner.end(interpreting.session)

            #expect(await interpreting.runner.life(of: interpreting.session) == nil)
            #expect(try await interpreting.contents("f") == nil)
            let second = try await interpreting.run("'x' in globals()")
            #expect(!first.isFresh && second.isFresh)
            #expect(second.text == "False\n")
        }

        @Test("A thread that ran code before this process began has lost its variables")
        func earlier() async throws {
            let result = try await interpreting.runner.run(
                Cell(source: "1", timeLimit: .seconds(60)),
                in: interpreting.session,
                files: [],
                wasUsed: true
            )

            #expect(result.isFresh)
        }
    }
}
