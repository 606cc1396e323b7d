import ArgumentParser
import AssistantsAPI
import Foundation
import RunEngine
import ServerConfiguration
import Storage
import Synchronization

/// `assistants-server import`: takes dumps of the Assistants API into the store.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes dumps of the Assistants API into the store; ends with 1 if any object was refused.",
        discussion: """
            Reads files, assistants, threads, messages, runs and run steps as OpenAI's API gave them: JSON Lines, arrays and list \
            pages, of any age and in any order. The bytes of a file are looked for in the folder files beside the dump, under \
            its id or what an export named. Ids and times stay as they are. A thread that is known from its messages \
            alone is made; a run that had not ended is stored as expired. What is stored already stays as it is: a second \
            import changes nothing. The server must not run.
            """
    )

    @Argument(help: ArgumentHelp("Files, and directories of .json, .jsonl and .ndjson files.", valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("The project that gets the objects; made if there is none.", valueName: "name"))
    var project = "default"

    @OptionGroup(visibility: .hidden) var settings: SettingOptions

    func validate() throws {
        guard ProjectName.isLegal(project) else {
            throw ValidationError("A project's name is \(ProjectName.legal).")
        }
        guard !paths.isEmpty else { throw ValidationError("Name a file or a directory.") }
    }

    func run() async throws {
        let report = try await settings.withStore { database in
            let (ids, now) = (IDGenerator(clock: .system), WallClock.system.now())
            let project = try await database.write { [project] db in
                try db.projects.ensure(named: project, candidate: ids.nextProject(), at: now)
            }
            let ticker = ProgressTicker()
            return try await DumpImport(database: database, project: project) { ticker.tell($0) }.run(paths)
        }
        for refusal in report.refusals { print(refusal.line(of: report)) }
        print(report.summary)
        if !report.refusals.isEmpty { throw ExitCode.failure }
    }
}

/// Shows progress where people look, once a second at most.
private final class ProgressTicker: Sendable {
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func tell(_ text: String) {
        let isDue = last.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .seconds(1) { return false }
            last = now
            return true
        }
        if isDue { StandardError.write(text) }
    }
}

extension ImportReport.Refusal {
    /// As in `dump.jsonl:17 (object 17): msg_1: content is missing`.
    fileprivate func line(of report: ImportReport) -> String {
        var place = path
        if line > 0 { place += ":\(line)" }
        if object > 0 { place += " (object \(object))" }
        return "refused \(place): \(id.map { "\($0): " } ?? "")\(reason)"
    }
}

extension ImportReport {
    /// What was done, in a few lines.
    fileprivate var summary: String {
        var lines = StagedObject.Kind.allCases.compactMap { kind -> String? in
            let counts = self[kind]
            guard !counts.isEmpty else { return nil }
            var parts = ["\(counts.added) new"]
            if counts.unchanged > 0 { parts.append("\(counts.unchanged) there already") }
            if counts.different > 0 { parts.append("\(counts.different) there already, but different: left as stored") }
            return "\(kind.plural): \(parts.joined(separator: ", "))"
        }
        if impliedThreads > 0 { lines.append("threads made from their messages and runs alone: \(impliedThreads)") }
        if unfinishedRuns > 0 { lines.append("runs that had not ended and are stored as expired: \(unfinishedRuns)") }
        lines.append("refused: \(refusals.isEmpty ? "nothing" : "\(refusals.count)")")
        if !hasAdded { lines.append("nothing has changed") }
        return lines.joined(separator: "\n")
    }
}
