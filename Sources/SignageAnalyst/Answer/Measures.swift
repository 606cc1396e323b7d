/// The figures of one row of a table: an ad, a device, a place.
struct Measures: Sendable {
    var views: Double?
    var clicks: Double?
    var plays: Double?
    var durations: [DurationKind: DurationSum] = [:]

    /// What rows of a sum that tell only one of the two have added to it.
    private var viewsWithoutClicks = 0.0
    private var clicksWithoutViews = 0.0

    init() {}

    init(views: Double?, clicks: Double?) {
        self.views = views
        self.clicks = clicks
    }

    /// Clicks and views of the rows that tell both: of others there is no rate.
    var rated: (clicks: Double, views: Double)? {
        guard let clicks, let views else { return nil }
        return (clicks - clicksWithoutViews, views - viewsWithoutClicks)
    }

    /// Whether rows were left out of the rate of a sum.
    var ratesSome: Bool { clicks != nil && views != nil && (clicksWithoutViews > 0 || viewsWithoutClicks > 0) }

    func value(of metric: Metric, in analysis: SignageAnalysis) -> Double? {
        switch metric {
        case .clickRate:
            guard let rated, rated.views > 0 else { return nil }
            return rated.clicks / rated.views
        case .clicks: return clicks
        case .views: return views
        case .plays: return plays
        case .dwell: return average(.dwell, in: analysis)
        case .attention: return average(.attention, in: analysis)
        case .watch: return average(.watch, in: analysis)
        }
    }

    func average(_ kind: DurationKind, in analysis: SignageAnalysis) -> Double? {
        durations[kind].flatMap { analysis.averageSeconds($0, kind) }
    }

    mutating func add(_ other: Measures) {
        viewsWithoutClicks = unpairedViews + other.unpairedViews
        clicksWithoutViews = unpairedClicks + other.unpairedClicks
        views = Self.sum(views, other.views)
        clicks = Self.sum(clicks, other.clicks)
        plays = Self.sum(plays, other.plays)
        for (kind, sum) in other.durations { durations[kind, default: DurationSum()].add(sum) }
    }

    /// Adds the other half of one row: its views and clicks are a pair.
    mutating func join(_ half: Measures) {
        add(half)
        viewsWithoutClicks = 0
        clicksWithoutViews = 0
    }

    private var unpairedViews: Double { clicks == nil ? views ?? 0 : viewsWithoutClicks }
    private var unpairedClicks: Double { views == nil ? clicks ?? 0 : clicksWithoutViews }

    private static func sum(_ left: Double?, _ right: Double?) -> Double? {
        guard let left, let right else { return left ?? right }
        return left + right
    }
}

/// Which figures the data have for a kind of row, and how they are shown.
struct MeasureLayout: Sendable {
    let analysis: SignageAnalysis
    var hasViews = false
    var hasClicks = false
    var hasPlays = false
    var kinds: [DurationKind] = []
    /// Whether durations are shown as sums too.
    var showsTotals = false
    /// Whether the views are impressions.
    var viewsAreImpressions = false

    func columns(in language: Language) -> [MarkdownTable.Column] {
        var titles: [String] = []
        if hasViews { titles.append(viewsAreImpressions ? language("노출", "Impressions") : language("조회", "Views")) }
        if hasClicks { titles.append(language("클릭", "Clicks")) }
        if hasViews, hasClicks { titles.append(language("클릭률", "Click rate")) }
        if hasPlays { titles.append(language("재생", "Plays")) }
        for kind in kinds {
            titles.append(language("평균 \(kind.title(in: language))(초)", "Avg \(kind.title(in: language)) (s)"))
            if showsTotals {
                titles.append(language("총 \(kind.title(in: language))(초)", "Total \(kind.title(in: language)) (s)"))
            }
        }
        return titles.map { MarkdownTable.Column(title: $0) }
    }

    /// - Parameter isSum: Whether the figures are those of several rows, of which averages given by devices have no average.
    func cells(_ measures: Measures, isSum: Bool = false) -> [String] {
        var cells: [String] = []
        if hasViews { cells.append(Figure.number(measures.views)) }
        if hasClicks { cells.append(Figure.number(measures.clicks)) }
        if hasViews, hasClicks { cells.append(Figure.percent(measures.rated?.clicks, of: measures.rated?.views)) }
        if hasPlays { cells.append(Figure.number(measures.plays)) }
        for kind in kinds {
            let isKnown = !isSum || analysis.addsUp(kind)
            cells.append(isKnown ? Figure.oneDecimal(measures.average(kind, in: analysis)) : Figure.none)
            guard showsTotals else { continue }
            let sum = measures.durations[kind].flatMap { $0.count > 0 ? analysis.seconds($0, kind) : nil }
            cells.append(analysis.addsUp(kind) ? Figure.oneDecimal(sum) : Figure.none)
        }
        return cells
    }

    /// The metric to sort by: the one asked for if there is one, else the first there is.
    func metric(_ asked: Metric?) -> Metric? {
        let present = Metric.allCases.filter { has($0) }
        if let asked, present.contains(asked) { return asked }
        return [.views, .plays, .clicks, .dwell, .attention, .watch].first { present.contains($0) }
    }

    func has(_ metric: Metric) -> Bool {
        switch metric {
        case .clickRate: hasViews && hasClicks
        case .clicks: hasClicks
        case .views: hasViews
        case .plays: hasPlays
        case .dwell: kinds.contains(.dwell)
        case .attention: kinds.contains(.attention)
        case .watch: kinds.contains(.watch)
        }
    }
}

extension DurationKind {
    func title(in language: Language) -> String {
        switch self {
        case .dwell: language("체류", "dwell")
        case .attention: language("주목", "attention")
        case .watch: language("시청", "watch")
        }
    }
}

extension SignageAnalysis {
    /// Whether durations of this kind may be summed, which averages given by the devices may not.
    func addsUp(_ kind: DurationKind) -> Bool {
        events.total.durations[kind].count > 0 || !devices.averages.contains(kind)
    }

    /// Durations that the events know, else those that the devices know.
    var durationKinds: [DurationKind] {
        DurationKind.allCases.filter {
            events.total.durations[$0].count > 0 || devices.durationTotals[$0].count > 0
        }
    }

    /// Views and clicks of everything.
    var totals: Measures {
        if viewSource == .events, clickSource == .events { return Measures(views: totalViews, clicks: totalClicks) }
        var sum = Measures()
        for ad in adSubjects { sum.add(Measures(views: views(of: ad), clicks: clicks(of: ad))) }
        if viewSource == .events, events.withoutAd.events > 0 {
            sum.add(Measures(views: events.views(events.withoutAd), clicks: nil))
        }
        return sum
    }

    /// Whether what counts as views are chances to see, as no table tells of views.
    var viewsAreImpressions: Bool {
        if case .adField = viewSource { return !ads.has(.views) }
        return false
    }

    func measures(of tally: Tally) -> Measures {
        var measures = Measures(views: events.views(tally), clicks: clicks(tally))
        if eventsTellPlays { measures.plays = tally.plays }
        for kind in DurationKind.allCases where tally.durations[kind].count > 0 {
            measures.durations[kind] = tally.durations[kind]
        }
        return measures
    }

    func measures(ofAd ad: Subject) -> Measures {
        var measures = measures(of: ad.tally)
        measures.views = views(of: ad)
        measures.clicks = clicks(of: ad)
        if !eventsTellPlays { measures.plays = ad.entity?.plays }
        return measures
    }

    /// Events first; a figure that they lack is taken from the device's own fields.
    func measures(ofDevice device: Subject) -> Measures {
        var measures = measures(of: device.tally)
        if !hasEvents { measures.views = device.entity?.views ?? device.entity?.impressions }
        if !hasEvents || !eventsTellClicks { measures.clicks = device.entity?.clicks }
        if !eventsTellPlays { measures.plays = device.entity?.plays }
        for kind in DurationKind.allCases where events.total.durations[kind].count == 0 {
            measures.durations[kind] = device.entity?.durations[kind]
        }
        return measures
    }

    var adLayout: MeasureLayout {
        MeasureLayout(
            analysis: self,
            hasViews: viewSource != .nowhere,
            hasClicks: clickSource != .nowhere,
            hasPlays: eventsTellPlays || ads.has(.plays),
            kinds: DurationKind.allCases.filter { events.total.durations[$0].count > 0 },
            viewsAreImpressions: viewsAreImpressions
        )
    }

    var deviceLayout: MeasureLayout {
        MeasureLayout(
            analysis: self,
            hasViews: hasEvents || devices.has(.views) || devices.has(.impressions),
            hasClicks: (hasEvents && eventsTellClicks) || devices.has(.clicks),
            hasPlays: eventsTellPlays || devices.has(.plays),
            kinds: durationKinds,
            viewsAreImpressions: !hasEvents && !devices.has(.views)
        )
    }

    var timeLayout: MeasureLayout {
        MeasureLayout(analysis: self, hasViews: true, hasClicks: eventsTellClicks)
    }
}
