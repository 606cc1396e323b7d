/// One rendering of a profile, with lists of at most so many rows.
struct ProfileText {
    let analysis: SignageAnalysis
    let maximumRows: Int
    let maximumName: Int

    var text: String {
        let parts =
            ["SIGNAGE DATA PROFILE. Every figure is exact and computed from all rows."] + tables + [totals] + byAd
            + byDevice
            + byLocation + byTime + byAudience + availability + [inconsistencies]
        return parts.joined(separator: "\n")
    }

    // MARK: Tables

    private var tables: [String] {
        var lines: [String] = []
        for name in TableName.allCases {
            guard analysis.data[name] != nil else {
                lines.append("Table \(name.rawValue): none given")
                continue
            }
            lines += table("Table \(name.rawValue)", analysis.fields(of: name))
        }
        for extra in analysis.data.extraTables.prefix(maximumRows) {
            var fields = TableFields(of: nil)
            var cells = RowCells()
            for row in extra.rows { fields.read(row, into: &cells) }
            lines += table("Other table \(short(extra.name))", fields)
        }
        return lines + more(analysis.data.extraTables.count, "tables")
    }

    private func table(_ title: String, _ fields: TableFields) -> [String] {
        let shown = fields.fields.prefix(maximumRows + 4)
        var lines = ["\(title): \(Figure.number(fields.rowCount)) rows. Fields:"]
        lines += shown.map { "  " + description($0, rows: fields.rowCount) }
        if fields.fields.count > shown.count { lines.append("  … \(fields.fields.count - shown.count) more fields") }
        if fields.hasMoreFields { lines.append("  … and fields beyond the first \(fields.fields.count), not profiled") }
        return lines
    }

    private func description(_ field: TableFields.Field, rows: Int) -> String {
        let statistics = field.statistics
        var facts = [statistics.typeName]
        if rows > statistics.present { facts.append("absent \(Figure.number(rows - statistics.present))") }
        if statistics.nulls > 0 { facts.append("null \(Figure.number(statistics.nulls))") }
        if statistics.hasMoreDistinct {
            facts.append("more than \(FieldStatistics.maximumDistinct) distinct")
        } else if !statistics.distinct.isEmpty {
            facts.append("\(Figure.number(statistics.distinct.count)) distinct")
        }
        if statistics.numbers > 0 {
            facts.append("\(Figure.number(statistics.smallest)) to \(Figure.number(statistics.largest))")
        }
        if statistics.texts > 0, !statistics.hasMoreDistinct, statistics.distinct.count <= 6 {
            let values = statistics.distinct.map(\.name).sorted().map(short)
            facts.append("values " + values.joined(separator: " | "))
        }
        return "\(short(field.path)): " + facts.joined(separator: ", ")
    }

    // MARK: Figures

    private var totals: String {
        var facts: [String] = []
        if let views = analysis.totalViews { facts.append("views \(Figure.number(views)) (\(viewDefinition))") }
        if let clicks = analysis.totalClicks {
            facts.append("clicks \(Figure.number(clicks))")
            let totals = analysis.totals
            let some = totals.ratesSome ? " (of the ads that tell both)" : ""
            facts.append("click rate \(Figure.percent(totals.rated?.clicks, of: totals.rated?.views))\(some)")
        }
        if analysis.eventsTellPlays { facts.append("plays \(Figure.number(analysis.events.total.plays))") }
        for kind in DurationKind.allCases {
            let sum = analysis.events.total.durations[kind]
            guard sum.count > 0 else { continue }
            let unit = analysis.assumedUnit(of: kind).map {
                $0 == .milliseconds ? ", unit assumed: ms" : ", unit assumed: s"
            }
            let average = Figure.oneDecimal(analysis.averageSeconds(sum, kind))
            facts.append(
                "\(kind.title(in: .english)) time average \(average) s, total \(Figure.oneDecimal(analysis.seconds(sum, kind))) s "
                    + "(\(Figure.number(sum.count)) events\(unit ?? ""))"
            )
        }
        if let first = analysis.events.times.earliest, let last = analysis.events.times.latest {
            let zones = analysis.events.times.zones.map { $0.name(in: .english) }.sorted().joined(separator: ", ")
            facts.append(
                "events from \(Figure.moment(first)) to \(Figure.moment(last)) (wall clock as written: \(zones))"
            )
        }
        return "Totals: " + (facts.isEmpty ? "no views or clicks can be computed" : facts.joined(separator: "; "))
    }

    private var viewDefinition: String {
        switch analysis.viewSource {
        case .events:
            let clicks = analysis.events.total.clickEvents
            return "view events" + (clicks > 0 ? " without \(Figure.number(clicks)) pure click events" : "")
        case .adField(let field): return "sum of the ads' \(short(field))"
        case .nowhere: return "–"
        }
    }

    private func figures(_ measures: Measures, _ layout: MeasureLayout) -> String {
        var facts: [String] = []
        if layout.hasViews { facts.append("views \(Figure.number(measures.views))") }
        if layout.hasClicks { facts.append("clicks \(Figure.number(measures.clicks))") }
        if layout.hasViews, layout.hasClicks {
            facts.append("rate \(Figure.percent(measures.rated?.clicks, of: measures.rated?.views))")
        }
        if layout.hasPlays { facts.append("plays \(Figure.number(measures.plays))") }
        for kind in layout.kinds {
            facts.append("\(kind.title(in: .english)) avg \(Figure.oneDecimal(measures.average(kind, in: analysis))) s")
        }
        return facts.joined(separator: ", ")
    }

    private func list(_ title: String, _ rows: [(name: String, measures: Measures)], _ layout: MeasureLayout)
        -> [String]
    {
        guard !rows.isEmpty else { return [] }
        let metric = layout.metric(nil)
        func key(_ row: (name: String, measures: Measures)) -> Double {
            metric.flatMap { row.measures.value(of: $0, in: analysis) } ?? -1
        }
        let sorted = rows.map { (key: key($0), row: $0) }
            .sorted { $0.key != $1.key ? $0.key > $1.key : $0.row.name < $1.row.name }
        let lines = sorted.prefix(maximumRows).map { "  \($0.row.name): " + figures($0.row.measures, layout) }
        return ["\(title) (\(Figure.number(rows.count))):"] + lines + more(rows.count, "")
    }

    private func more(_ count: Int, _ noun: String) -> [String] {
        guard count > maximumRows else { return [] }
        return ["  … \(Figure.number(count - maximumRows)) more" + (noun.isEmpty ? "" : " " + noun)]
    }

    private var byAd: [String] {
        let rows = analysis.adSubjects.map { (name($0), analysis.measures(ofAd: $0)) }
        return list("By ad", rows, analysis.adLayout)
    }

    private var byDevice: [String] {
        let rows = analysis.deviceSubjects.map { (name($0), analysis.measures(ofDevice: $0)) }
        return list("By device", rows, analysis.deviceLayout)
    }

    private var byLocation: [String] {
        let rows = analysis.places.map { (short($0.name) + " [\($0.devices) devices]", $0.measures) }
        return list("By location", rows, analysis.deviceLayout)
    }

    private func name(_ subject: SignageAnalysis.Subject) -> String {
        guard let entity = subject.entity else {
            return short(subject.reference) + (subject.isUnlisted ? " [not listed]" : "")
        }
        guard let name = entity.name, let id = entity.id else { return short(entity.title) }
        return "\(short(name)) [\(short(id))]"
    }

    // MARK: Times and people

    private var byTime: [String] {
        let times = analysis.events.times
        guard !times.isEmpty else { return [] }
        var lines: [String] = []
        if times.hasHours {
            let hours = times.byHourOfDay.enumerated().filter { $0.element.events > 0 }
            lines.append(
                "Events by hour: " + hours.map { "\($0.offset)h \($0.element.events)" }.joined(separator: ", ")
            )
        }
        let weekdays = times.byWeekday.enumerated().map {
            "\(TimeSection.weekday($0.offset, in: .english)) \($0.element.events)"
        }
        lines.append("Events by weekday: " + weekdays.joined(separator: ", "))
        let days = times.byDay
        let shown = days.suffix(maximumRows).map { "\(Figure.date(ofDay: $0.day)) \($0.tally.events)" }
        let rest = days.count > maximumRows ? " (last \(maximumRows) of \(Figure.number(days.count)) days)" : ""
        return lines + ["Events by day\(rest): " + shown.joined(separator: ", ")]
    }

    private var byAudience: [String] {
        [("gender", analysis.events.byGender), ("age", analysis.events.byAge)].flatMap { title, groups -> [String] in
            let rows = zip(groups.names, groups.tallies).map { (short($0), analysis.measures(of: $1)) }
            return list("By viewers' \(title)", rows, analysis.timeLayout)
        }
    }

    private var availability: [String] {
        var lines: [String] = []
        if analysis.devices.has(.status) {
            let down = analysis.notOnline.map {
                "\(name($0)) (\($0.entity?.status?.title(in: .english) ?? Figure.none))"
            }
            lines.append(line("Devices not online", down))
        }
        if let idle = analysis.idleDevices { lines.append(line("Idle devices (no events)", idle.map(name))) }
        return lines
    }

    private func line(_ title: String, _ names: [String]) -> String {
        let rest = names.count > maximumRows ? ", … \(Figure.number(names.count - maximumRows)) more" : ""
        return "\(title): " + (names.isEmpty ? "none" : names.prefix(maximumRows).joined(separator: ", ") + rest)
    }

    private var inconsistencies: String {
        let findings = analysis.findings
        guard !findings.isEmpty else { return "Inconsistencies: none found" }
        let lines = findings.prefix(maximumRows + 2).map { "  " + $0.text(in: .english) }
        let rest = findings.count > maximumRows + 2 ? ["  … \(findings.count - maximumRows - 2) more"] : []
        return (["Missing or inconsistent:"] + lines + rest).joined(separator: "\n")
    }

    private func short(_ name: String) -> String {
        let line = String(name.map { $0.isNewline ? " " : $0 })
        return line.count <= maximumName ? line : line.prefix(maximumName) + "…"
    }
}
