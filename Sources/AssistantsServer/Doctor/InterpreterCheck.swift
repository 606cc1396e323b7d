import CodeInterpreter
import Foundation
import ServerConfiguration

/// Whether models can run code on this machine, and with which packages.
enum InterpreterCheck {
    static func findings(_ settings: ServerConfiguration.CodeInterpreter) async -> [Finding] {
        guard settings.use != .off else { return [.note("code interpreter: turned off by CODE_INTERPRETER")] }
        let runner = LocalCodeRunner(InterpreterSettings(settings))
        if case .unavailable(let reason, let remedy) = await runner.availability() {
            guard settings.use == .on else { return [.note("code interpreter: not available: \(reason) → \(remedy)")] }
            return [.failed("code interpreter: \(reason)", remedy: remedy)]
        }
        guard let report = await runner.report() else { return [] }
        var findings = [
            Finding.well("code interpreter: Python \(report.version) runs in its sandbox (\(report.python))")
        ]
        if !report.missing.isEmpty {
            let names = report.missing.joined(separator: ", ")
            findings.append(.note("code interpreter: code cannot use \(names) → `./run.sh` installs the packages"))
        }
        if !report.hasHangul {
            findings.append(.note("code interpreter: plots cannot have Korean text → `apt-get install fonts-nanum`"))
        }
        return findings
    }
}

extension InterpreterSettings {
    /// - Precondition: It is not turned off.
    init(_ settings: ServerConfiguration.CodeInterpreter) {
        let pythons: [Python] =
            switch settings.python {
            case ServerConfiguration.CodeInterpreter.systemPython: [.system]
            case let path?: [.environment(URL(fileURLWithPath: path).path)]
            case nil: Self.madeEnvironments + [.system]
            }
        self.init(
            pythons: pythons,
            memory: settings.memory,
            budget: settings.budget ?? Self.halfOfMemory,
            sessions: settings.sessions,
            pool: settings.pool,
            idle: settings.idle
        )
    }

    /// Those that `run.sh` makes, for a user and for root, as far as they are there.
    private static var madeEnvironments: [Python] {
        [URL(fileURLWithPath: ".venv-interpreter").path, "/opt/assistants-server/python"]
            .filter { FileManager.default.fileExists(atPath: "\($0)/pyvenv.cfg") }
            .map { .environment($0) }
    }
}
