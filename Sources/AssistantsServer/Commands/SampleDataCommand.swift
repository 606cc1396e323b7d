import ArgumentParser
import AssistantsAPI
import Foundation
import SignageAnalyst

/// `assistants-server sample-data`: writes signage data to try things with.
struct SampleDataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-data",
        abstract: "Writes signage data of any size from a seed, and what its figures must come to.",
        discussion: """
            A file for each table (targetedAds, signages, viewEvents, plays, statusReports) and expected.json, with sums by ad, \
            device, place, hour, weekday and day. With --format json there is signage-data.json too, all tables in one \
            document, as system_data takes it. The same options write the same files.
            """
    )

    @Option(help: ArgumentHelp("The directory that the files are written to.", valueName: "dir"))
    var output = "sample-data"

    @Option(help: ArgumentHelp("View events; the other tables grow with them.", valueName: "number"))
    var events = 1000

    @Option(help: ArgumentHelp("Other seeds give other data.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Days from 2 March 2026, a Monday.", valueName: "number"))
    var days = 28

    @Option(help: ArgumentHelp("Ads.", valueName: "number"))
    var ads = 12

    @Option(help: ArgumentHelp("Devices.", valueName: "number"))
    var devices = 16

    @Option(help: ArgumentHelp("json, jsonl (JSON Lines) or csv.", valueName: "format"))
    var format = SampleRowText.Format.jsonl

    func validate() throws {
        for (name, value, most) in [
            ("events", events, 1_000_000_000), ("days", days, 3650), ("ads", ads, 10_000), ("devices", devices, 10_000),
        ] where !(1...most ~= value) {
            throw ValidationError("--\(name) must be between 1 and \(most).")
        }
    }

    func run() async throws {
        var options = SampleData.Options()
        (options.events, options.seed, options.days, options.ads, options.devices) = (events, seed, days, ads, devices)
        let files = try SampleFiles(in: output, as: format)
        let truth = try SampleData(options).generate { table, row in try files.append(row, to: table) }
        try files.finish(truth)
        StandardError.write("\(output): \(events) view events")
    }
}

extension SampleRowText.Format: ExpressibleByArgument {}

/// The files of sample data while they are written.
private final class SampleFiles {
    private final class Table {
        let text: SampleRowText
        let file: FileHandle
        var bytes: [UInt8]
        var isFirst = true

        init(_ text: SampleRowText, _ file: FileHandle) {
            self.text = text
            self.file = file
            bytes = text.opening
        }
    }

    private let directory: String
    private let format: SampleRowText.Format
    private var tables: [SampleTable: Table] = [:]

    init(in directory: String, as format: SampleRowText.Format) throws {
        self.directory = directory
        self.format = format
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for table in SampleTable.allCases {
            tables[table] = Table(SampleRowText(table, as: format), try Self.create(path(of: table)))
        }
    }

    private func path(of table: SampleTable) -> String { "\(directory)/\(table.rawValue).\(format.rawValue)" }

    private static func create(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("\(path) cannot be written.") }
        return file
    }

    func append(_ row: [SampleValue], to name: SampleTable) throws {
        guard let table = tables[name] else { return }
        table.text.append(row, isFirst: table.isFirst, to: &table.bytes)
        table.isFirst = false
        if table.bytes.count > 1 << 18 { try flush(table) }
    }

    private func flush(_ table: Table) throws {
        try table.file.write(contentsOf: Data(table.bytes))
        table.bytes.removeAll(keepingCapacity: true)
    }

    func finish(_ truth: SampleTruth) throws {
        for table in tables.values {
            table.bytes += table.text.closing
            try flush(table)
            try table.file.close()
        }
        if format == .json { try writeDocument() }
        var json = JSONWriter(reservingCapacity: 1 << 16)
        json.value(truth)
        try Data(json.bytes).write(to: URL(fileURLWithPath: directory + "/expected.json"))
    }

    /// All tables as one document.
    private func writeDocument() throws {
        let file = try Self.create(directory + "/signage-data.json")
        for (index, table) in SampleTable.allCases.enumerated() {
            try file.write(contentsOf: Data("\(index == 0 ? "{" : ",")\"\(table.rawValue)\": ".utf8))
            guard let part = FileHandle(forReadingAtPath: path(of: table)) else { continue }
            while let bytes = try part.read(upToCount: 1 << 20), !bytes.isEmpty { try file.write(contentsOf: bytes) }
            try part.close()
        }
        try file.write(contentsOf: Data("}\n".utf8))
        try file.close()
    }
}
