import AssistantsAPI
import CodeSandbox

/// Tries the whole way from the server to a confined Python and back, and that it is confined.
struct InterpreterProbe {
    let settings: InterpreterSettings

    enum Outcome: Sendable {
        case works(InterpreterProgram, InterpreterReport)
        case fails(reason: String, remedy: String)
    }

    func outcome() async -> Outcome {
        var failure = Outcome.fails(reason: "there is no Python", remedy: Self.pythonRemedy)
        for (index, python) in settings.pythons.enumerated() {
            let outcome = await attempt(InterpreterProgram(python: python, memory: settings.memory))
            if case .works = outcome { return outcome }
            // The first one is what was wished for: its fault is the one to be told.
            if index == 0 { failure = outcome }
        }
        return failure
    }

    private func attempt(_ program: InterpreterProgram) async -> Outcome {
        var started: Interpreter?
        do {
            let interpreter = try await Interpreter(program, settings, isWarm: true)
            started = interpreter
            defer { interpreter.kill() }
            let hello = try await interpreter.call(.hello, within: .seconds(120))
            let openings = try await interpreter.call(.probe, within: .seconds(60))["open"]?.arrayValue ?? []
            let holes = openings.compactMap(\.stringValue)
            if let hole = holes.first {
                return .fails(reason: "the sandbox does not confine: \(hole)", remedy: "update bubblewrap")
            }
            let trial = try await interpreter.call(.run(source: "6 * 7", seconds: 30), within: .seconds(60))
            guard let answer = CellAnswer(trial, timeLimit: .seconds(30), life: interpreter.life),
                answer.end == .finished, answer.outputs == [.logs("42\n")]
            else { return .fails(reason: "Python computes wrongly in the sandbox", remedy: Self.pythonRemedy) }
            var program = program
            program.fontList = try await fontList(hello, interpreter)
            let report = InterpreterReport(
                python: program.python,
                version: hello["python"]?.stringValue ?? "?",
                missing: (hello["missing"]?.arrayValue ?? []).compactMap(\.stringValue),
                hasHangul: hello["hangul"]?.boolValue ?? false
            )
            return .works(program, report)
        } catch let failure as SandboxFailure {
            return .fails(reason: failure.reason, remedy: failure.remedy)
        } catch let end as InterpreterEnd {
            if let failure = await started?.failure() { return .fails(reason: failure.reason, remedy: failure.remedy) }
            return .fails(reason: "Python did not run in the sandbox: \(end.reason)", remedy: Self.pythonRemedy)
        } catch {
            return .fails(reason: "the sandbox could not be tried: \(error)", remedy: "try again")
        }
    }

    private func fontList(
        _ hello: JSONValue,
        _ interpreter: Interpreter
    ) async throws -> InterpreterProgram.FontList? {
        let largest = ConfinedProgram.DataFile.maximumSize
        guard let path = hello["fontList"]?.stringValue, let name = path.split(separator: "/").last,
            case .size = try await interpreter.open(path, limit: largest)
        else { return nil }
        var bytes: [UInt8] = []
        while let part = try await interpreter.nextPart() { bytes += part }
        return .init(name: String(name), bytes: bytes)
    }

    private static let pythonRemedy =
        "run `./run.sh`, which makes the interpreter's environment, or install python3: `apt-get install python3`"
}
