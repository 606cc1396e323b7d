import ArgumentParser
import AssistantsAPI
import Foundation
import RunEngine
import ServerConfiguration
import Storage

/// `assistants-server export`: writes what is stored as objects of the Assistants API.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes files, assistants, threads, messages, runs and run steps as JSON Lines.",
        discussion: """
            Each line is an object as /v1 shows it, the newest first; import reads them. The bytes of files go into the \
            directory's folder files, and nowhere without a directory. The server must not run.
            """
    )

    @Option(
        help: ArgumentHelp(
            "A directory that gets a file for each project, or - for the standard output.",
            valueName: "dir"
        )
    )
    var output = "-"

    @Option(help: ArgumentHelp("The one project to write. (default: all)", valueName: "name"))
    var project: String?

    @OptionGroup(visibility: .hidden) var settings: SettingOptions

    func run() async throws {
        try await settings.withStore { database in
            let projects = try await chosenProjects(database)
            let contents = output == "-" ? nil : try ExportedContents(directory: output)
            for (id, name) in projects {
                let file = try target(name)
                let count = try await DumpExport(database: database, contents: contents).run(id) { bytes in
                    try file.write(contentsOf: Data(bytes))
                }
                if output != "-" { try file.close() }
                StandardError.write("project \(name): \(count) objects")
            }
        }
    }

    private func chosenProjects(_ database: Database) async throws -> [(id: ProjectID, name: String)] {
        let all = try await database.read { try $0.projects.all() }
        if let project {
            guard let chosen = all.first(where: { $0.name == project }) else {
                throw ValidationError("There is no project \(project).")
            }
            return [chosen]
        }
        guard output != "-" || all.count < 2 else {
            let names = all.map(\.name).joined(separator: ", ")
            throw ValidationError(
                "There are several projects (\(names)): choose one with --project, or an --output directory."
            )
        }
        return all
    }

    private func target(_ name: String) throws -> FileHandle {
        guard output != "-" else { return .standardOutput }
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        let path = "\(output)/\(name).jsonl"
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("\(path) cannot be written.") }
        return file
    }
}
