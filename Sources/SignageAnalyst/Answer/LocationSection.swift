/// Devices and their figures by place.
struct LocationSection {
    let context: AnswerContext
    var wanted: Set<Topic> = []

    var text: String {
        let language = context.language
        let analysis = context.analysis
        var parts = [context.heading("위치별 현황", "By location")]
        var layout = analysis.deviceLayout
        layout.showsTotals = wanted.contains(.durations)
        let rows = rows
        guard !rows.isEmpty else {
            parts.append(
                context.missing(.location, in: [.signages, .viewEvents], for: "위치별 집계", "Figures by location")
            )
            return parts.joined(separator: "\n\n")
        }
        let ranked = RankedRows(rows, question: context.question, layout: layout)
        if let headline = ranked.headline(language("위치", "location"), in: language) { parts.append(headline) }
        let names = [
            MarkdownTable.Column(title: language("위치", "Location"), isNumber: false),
            MarkdownTable.Column(title: language("디바이스 수", "Devices")),
        ]
        var table = MarkdownTable(names + layout.columns(in: language), limit: context.limit)
        table.isAscending = ranked.isAscending
        for row in ranked.rows { table.append(row.cells + layout.cells(row.measures)) }
        parts.append(table.text(in: language))
        parts += MissingMeasures(context: context, wanted: wanted).lines
        return parts.joined(separator: "\n\n")
    }

    private var rows: [RankedRows.Row] {
        let analysis = context.analysis
        var rows = analysis.places.map { place in
            RankedRows.Row(
                title: place.name,
                // Without a table of devices nobody knows how many there are.
                cells: [place.name, analysis.devices.entities.isEmpty ? Figure.none : Figure.number(place.devices)],
                measures: place.measures
            )
        }
        let rest = analysis.events.withoutLocation
        if rest.events > 0, !rows.isEmpty {
            let title = context.language("(위치 정보 없음)", "(no location known)")
            rows.append(
                RankedRows.Row(title: title, cells: [title, Figure.none], measures: analysis.measures(of: rest))
            )
        }
        return rows
    }
}

extension SignageAnalysis {
    /// A place, the devices in it and what they and the events in it come to.
    struct Place: Sendable {
        let name: String
        var devices = 0
        var measures: Measures
    }

    /// The places of devices and events, sorted by name.
    var places: [Place] {
        let start = hasEvents ? measures(of: Tally()) : Measures()
        var places: [String: Place] = [:]
        for device in deviceSubjects {
            guard let location = device.entity?.location else { continue }
            places[location, default: Place(name: location, measures: start)].devices += 1
            places[location]?.measures.add(ownMeasures(of: device))
        }
        for (name, tally) in zip(events.byLocation.names, events.byLocation.tallies) {
            places[name, default: Place(name: name, measures: start)].measures.join(measures(of: tally))
        }
        // Averages of several devices have no average.
        for (name, place) in places where place.devices > 1 {
            for kind in DurationKind.allCases where !addsUp(kind) { places[name]?.measures.durations[kind] = nil }
        }
        return places.values
            .filter { place in filter.locations.map { $0.contains(place.name) } ?? true }
            .sorted { $0.name < $1.name }
    }

    /// What a device tells by its own fields; what its events tell comes by their place.
    private func ownMeasures(of device: Subject) -> Measures {
        let all = measures(ofDevice: device)
        var measures = Measures()
        if !hasEvents { measures.views = all.views }
        if !hasEvents || !eventsTellClicks { measures.clicks = all.clicks }
        if !eventsTellPlays { measures.plays = all.plays }
        for kind in DurationKind.allCases where events.total.durations[kind].count == 0 {
            measures.durations[kind] = all.durations[kind]
        }
        return measures
    }
}
