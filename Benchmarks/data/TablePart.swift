import DataTables
import Foundation
import SignageAnalyst

/// One format of the events: the time to load them, and that of questions.
struct TablePart {
    let folder: String
    let events: Int
    let format: SampleRowText.Format

    private var file: String { "\(folder)/viewEvents.\(format.rawValue)" }

    func write() throws {
        var options = SampleData.Options()
        options.events = events
        let text = SampleRowText(.viewEvents, as: format)
        guard FileManager.default.createFile(atPath: file, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        var bytes = text.opening
        var isFirst = true
        _ = try SampleData(options).generate { table, row in
            guard table == .viewEvents else { return }
            text.append(row, isFirst: isFirst, to: &bytes)
            isFirst = false
            guard bytes.count > 1 << 20 else { return }
            try handle.write(contentsOf: Data(bytes))
            bytes.removeAll(keepingCapacity: true)
        }
        try handle.write(contentsOf: Data(bytes + text.closing))
        try handle.close()
    }

    func measure() throws {
        let path = "\(folder)/tables-\(format.rawValue)"
        guard let source = DataSource(file: file, filename: "viewEvents.\(format.rawValue)") else { return }
        let loading = try Self.seconds {
            let builder = try TableBuilder(path: path)
            try builder.add(source)
            try builder.add(devices())
            try SignageViews.add(to: builder)
            try builder.finish()
        }
        print("\(events) view events as \(format.rawValue)")
        Self.report("load", loading.wall, "s", below: 5, processor: loading.processor)
        let queries = try TableQueries(path: path)
        let limits = QueryLimits(time: .seconds(60))
        for (name, sql) in [
            ("count by ad", "SELECT targetedAdId, count(*) FROM viewEvents GROUP BY targetedAdId"),
            ("count by gender", "SELECT gender, count(*) FROM viewEvents GROUP BY gender"),
            ("count by age", "SELECT ageGroup, count(*) FROM viewEvents GROUP BY ageGroup"),
            ("count by clicked", "SELECT clicked, count(*) FROM viewEvents GROUP BY clicked"),
            ("count by device", "SELECT signageId, count(*) FROM viewEvents GROUP BY signageId"),
            ("count by hour", "SELECT hour, count(*) FROM signage_views GROUP BY hour"),
            ("count by weekday", "SELECT weekday, count(*) FROM signage_views GROUP BY weekday"),
            ("count by location", "SELECT location, count(*) FROM signage_views GROUP BY location"),
            ("computed hour", "SELECT substr(viewedAt, 12, 2) AS h, count(*) FROM viewEvents GROUP BY h"),
            ("measures by hour", "SELECT * FROM signage_by_hour"),
        ] {
            let times = try (0..<3).map { _ in
                try Self.seconds { _ = try queries.run(sql, limits: limits) }.wall * 1000
            }
            Self.report(
                name,
                times.sorted()[1],
                "ms",
                below: name.hasPrefix("count") ? 300 : nil
            )
        }
        let text = [queries.catalogue.schemaText(), MeasureGuide.text(for: queries.catalogue)].compactMap { $0 }
            .joined(separator: "\n")
        // A token has three bytes of such text, or more.
        Self.report("told to the model", Double(text.utf8.count) / 3, "tokens", below: 4000)
        Self.report("tables on disk", Double(TableFolder.size(path)) / 1e6, "MB")
    }

    /// The devices that the events are of, with their places.
    private func devices() -> DataSource {
        let text = SampleRowText(.signages, as: .csv)
        var bytes = text.opening
        var isFirst = true
        _ = SampleData(SampleData.Options()).generate { table, row in
            guard table == .signages else { return }
            text.append(row, isFirst: isFirst, to: &bytes)
            isFirst = false
        }
        let content = DataSource.Content.text(String(decoding: bytes + text.closing, as: UTF8.self))
        return DataSource(name: "signages", format: .separated(by: nil), content: content, origin: "signages.csv")
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> (wall: Double, processor: Double) {
        let (start, processor) = (ContinuousClock.now, processorTime())
        try body()
        let wall = (ContinuousClock.now - start) / .seconds(1)
        return (wall, processorTime() - processor)
    }

    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func report(
        _ name: String,
        _ value: Double,
        _ unit: String,
        below goal: Double? = nil,
        processor: Double? = nil
    ) {
        let figure = String(format: value < 100 ? "%.2f" : "%.0f", value)
        let verdict = goal.map { "  < \(Int($0)) \(unit)\(value < $0 ? "" : "  MISSED")" } ?? ""
        let more = processor.map { String(format: "  (processor %.2f s)", $0) } ?? ""
        print("  \(name.padding(toLength: 20, withPad: " ", startingAt: 0)) \(figure) \(unit)\(verdict)\(more)")
    }
}
