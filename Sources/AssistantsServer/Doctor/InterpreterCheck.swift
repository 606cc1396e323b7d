import CodeInterpreter
import CodeRunnerClient
import Foundation
import NIOPosix
import ServerConfiguration

/// Whether models can run code, on this machine or on the runner that is to do it, and with which packages.
enum InterpreterCheck {
    static func findings(_ settings: ServerConfiguration.CodeInterpreter) async -> [Finding] {
        guard settings.use != .off else { return [.note("code interpreter: turned off by CODE_INTERPRETER")] }
        if let address = settings.runner {
            guard let runner = RemoteCodeRunner(settings, MultiThreadedEventLoopGroup.singleton) else { return [] }
            let (availability, report) = (await runner.availability(), await runner.report())
            await runner.shutdown()
            // Whoever names a runner wants it.
            return findings(availability, report, at: address, isNeeded: true)
        }
        let runner = LocalCodeRunner(InterpreterSettings(settings))
        let (availability, report) = (await runner.availability(), await runner.report())
        return findings(availability, report, at: nil, isNeeded: settings.use == .on)
    }

    /// - Parameter address: Of the runner; nil for this machine.
    private static func findings(
        _ availability: InterpreterAvailability,
        _ report: InterpreterReport?,
        at address: String?,
        isNeeded: Bool
    ) -> [Finding] {
        let subject = address.map { "code interpreter: \($0)" } ?? "code interpreter"
        if case .unavailable(let reason, let remedy) = availability {
            guard isNeeded else { return [.note("\(subject): not available: \(reason) → \(remedy)")] }
            return [.failed("\(subject): \(reason)", remedy: remedy)]
        }
        guard let report else { return [] }
        var findings = [Finding.well("\(subject): Python \(report.version) runs in its sandbox (\(report.python))")]
        if !report.missing.isEmpty {
            let names = report.missing.joined(separator: ", ")
            findings.append(.note("\(subject): code cannot use \(names) → `./run.sh` installs the packages"))
        }
        if !report.hasHangul {
            findings.append(.note("\(subject): plots cannot have Korean text → `apt-get install fonts-nanum`"))
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
