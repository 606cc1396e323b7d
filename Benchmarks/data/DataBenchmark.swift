import DataTables
import Foundation
import SignageAnalyst

/// Measures questions over a thread's data against their goals, without a server: run it with
/// `swift run -c release data-benchmark`, or with `--quick` for a small size and no verdict that counts.
///
/// A million view events are written as `sample-data` writes them, loaded into tables with the views of the field, and asked.
@main
enum DataBenchmark {
    static func main() throws {
        let isQuick = CommandLine.arguments.contains("--quick")
        let folder = FileManager.default.currentDirectoryPath + "/Benchmarks/.data/tables-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let formats: [SampleRowText.Format] = [.csv, .jsonl, .json]
        for format in formats {
            let part = TablePart(folder: folder, events: isQuick ? 50_000 : 1_000_000, format: format)
            try part.write()
            try part.measure()
        }
    }
}
