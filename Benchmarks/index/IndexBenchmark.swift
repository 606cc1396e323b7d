import Foundation

/// Measures the index of a vector store against its goals, on one core and without a server: run it with
/// `swift run -c release index-benchmark`, or with `--quick` for small sizes and no verdict. `--scan` and `--store` measure
/// one part alone.
@main
enum IndexBenchmark {
    static func main() async throws {
        let isQuick = CommandLine.arguments.contains("--quick")
        let onlyScan = CommandLine.arguments.contains("--scan")
        let onlyStore = CommandLine.arguments.contains("--store")
        let folder = FileManager.default.currentDirectoryPath + "/Benchmarks/.data/index-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var table = FigureTable()
        if !onlyStore { VectorScanPart(rows: isQuick ? 100_000 : 1_000_000).run(&table) }
        for chunks in onlyScan ? [] : isQuick ? [2_000] : [10_000, 100_000] {
            try await StorePart(folder: "\(folder)/\(chunks)", chunks: chunks).run(&table)
        }
        table.print()
    }
}
