/// Views, plays, dwell and attention time by device.
struct DeviceSection {
    let context: AnswerContext
    /// What the question asks for outright, so that its absence is reported.
    var wanted: Set<Topic> = []

    var text: String {
        let language = context.language
        let analysis = context.analysis
        var parts = [context.heading("디바이스별 현황", "By device")]
        let subjects = analysis.deviceSubjects
        guard !subjects.isEmpty else {
            parts.append(
                context.missing(.deviceID, in: [.signages, .viewEvents], for: "디바이스별 집계", "Figures by device")
            )
            return parts.joined(separator: "\n\n")
        }
        var layout = analysis.deviceLayout
        layout.showsTotals = wanted.contains(.durations)
        let ranked = RankedRows(rows(subjects), question: context.question, layout: layout)
        if let headline = ranked.headline(language("디바이스", "device"), in: language) { parts.append(headline) }
        parts.append(table(ranked, layout: layout))
        parts += MissingMeasures(context: context, wanted: wanted).lines
        if analysis.hasEvents, analysis.events.byDevice.isEmpty {
            parts.append(context.missing(.deviceID, in: [.viewEvents], for: "이벤트의 디바이스 구분", "Events by device"))
        }
        return parts.joined(separator: "\n\n")
    }

    private var showsLocation: Bool { context.analysis.devices.has(.location) }
    private var showsStatus: Bool { context.analysis.devices.has(.status) }

    private func rows(_ subjects: [SignageAnalysis.Subject]) -> [RankedRows.Row] {
        let language = context.language
        var rows = subjects.map { device in
            let title = device.title(in: language)
            let location = device.entity?.location ?? Figure.none
            let status = device.entity?.status?.title(in: language) ?? Figure.none
            return RankedRows.Row(
                title: title,
                cells: cells(title, device.idText, location, status),
                measures: context.analysis.measures(ofDevice: device)
            )
        }
        let rest = context.analysis.events.withoutDevice
        if rest.events > 0 {
            let title = language("(디바이스 정보 없음)", "(no device named)")
            let measures = context.analysis.measures(of: rest)
            rows.append(
                RankedRows.Row(
                    title: title,
                    cells: cells(title, Figure.none, Figure.none, Figure.none),
                    measures: measures
                )
            )
        }
        return rows
    }

    private func cells(_ title: String, _ id: String, _ location: String, _ status: String) -> [String] {
        [title, id] + (showsLocation ? [location] : []) + (showsStatus ? [status] : [])
    }

    private func table(_ ranked: RankedRows, layout: MeasureLayout) -> String {
        let language = context.language
        let titles = cells(language("디바이스", "Device"), "ID", language("위치", "Location"), language("상태", "Status"))
        let names = titles.map { MarkdownTable.Column(title: $0, isNumber: false) }
        var table = MarkdownTable(names + layout.columns(in: language), limit: context.limit)
        table.isAscending = ranked.isAscending
        for row in ranked.rows { table.append(row.cells + layout.cells(row.measures)) }
        if ranked.rows.count > 1, layout.metric(nil) != nil {
            let blanks = [String](repeating: "", count: names.count - 1)
            table.sums = [language("합계", "Total")] + blanks + layout.cells(ranked.sum, isSum: true)
        }
        return table.text(in: language)
    }
}

/// Says which of the measures that a question asks for the data do not have.
struct MissingMeasures {
    let context: AnswerContext
    let wanted: Set<Topic>
    /// Whether ads are shown, whose own fields may have the measures.
    var isByAd = false

    var lines: [String] {
        var lines: [String] = []
        let analysis = context.analysis
        if wanted.contains(.plays), !(isByAd ? analysis.adLayout : analysis.deviceLayout).hasPlays {
            let tables: [TableName] = [.viewEvents, isByAd ? .targetedAds : .signages]
            lines.append(context.missing(.plays, in: tables, for: "재생수", "Plays"))
        }
        if wanted.contains(.durations) {
            for kind in missingKinds {
                let korean = kind.title(in: .korean) + " 시간"
                let english = kind.title(in: .english) + " time"
                lines.append(context.missing(kind.role, in: [.viewEvents, .signages], for: korean, english))
            }
        }
        return lines
    }

    /// The kinds that the question names, or all when it names none and the data have none.
    private var missingKinds: [DurationKind] {
        let present = context.analysis.durationKinds
        let keywords = KeywordMatcher(context.question.words)
        let named = DurationKind.allCases.filter { kind in
            switch kind {
            case .dwell: keywords.hasAny(Metric.dwell.keywords)
            case .attention: keywords.hasAny(Metric.attention.keywords)
            case .watch: keywords.hasAny(Metric.watch.keywords)
            }
        }
        let asked = named.isEmpty && present.isEmpty ? DurationKind.allCases : named
        return asked.filter { !present.contains($0) }
    }
}
