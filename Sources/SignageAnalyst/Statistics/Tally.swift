/// What happened in a set of view events, kept so that views can be defined after all events have been read.
struct Tally: Sendable, Equatable {
    /// Rows, of whatever type.
    private(set) var events = 0
    /// Rows whose type says that they are a click and nothing else.
    private(set) var clickEvents = 0
    /// Rows whose type says that they are a playback.
    var playEvents: Int { played.rows }
    private var played = Views()
    /// Rows without a type, and those that may be views by their type.
    private(set) var untyped = Views()
    private(set) var named = Views()
    private(set) var impressions = Views()
    private(set) var others = Views()
    private(set) var clicks = 0.0
    /// Playbacks by field or, for rows without one, by type.
    private(set) var plays = 0.0
    private(set) var durations = DurationSums()

    /// Rows that may be views, each one or as many as its own field says.
    struct Views: Sendable, Equatable {
        private(set) var rows = 0
        /// Rows with a views field of their own.
        private(set) var countedRows = 0
        private(set) var count = 0.0

        mutating func add(_ views: Double?) {
            rows += 1
            if views != nil { countedRows += 1 }
            count += views ?? 1
        }

        mutating func add(_ other: Views) {
            rows += other.rows
            countedRows += other.countedRows
            count += other.count
        }
    }

    /// Which rows are views: where the data name views or impressions, those and no others.
    enum ViewDefinition: Sendable {
        case named, impressions, allButClicks
    }

    /// What one event adds.
    struct Event {
        var kind = EventKind.view
        var clicks = 0.0
        var views: Double?
        var plays: Double?
        var durations: [(kind: DurationKind, value: Double, unit: DurationUnit)] = []

        mutating func clear() {
            kind = .view
            clicks = 0
            views = nil
            plays = nil
            durations.removeAll(keepingCapacity: true)
        }

        /// Whether people looked for longer than they stayed; not where only one of the two has a unit.
        var attendsBeyondDwell: Bool {
            guard let stay = durations.first(where: { $0.kind == .dwell }),
                let look = durations.first(where: { $0.kind == .attention })
            else { return false }
            switch (stay.unit.milliseconds, look.unit.milliseconds) {
            case (let stayed?, let looked?): return look.value * looked > stay.value * stayed
            case (nil, nil): return look.value > stay.value
            default: return false
            }
        }
    }

    mutating func add(_ event: Event) {
        events += 1
        switch event.kind {
        case .click: clickEvents += 1
        case .play: played.add(event.views)
        case .view: untyped.add(event.views)
        case .namedView: named.add(event.views)
        case .impression: impressions.add(event.views)
        case .other: others.add(event.views)
        }
        clicks += event.clicks
        plays += event.plays ?? (event.kind == .play ? 1 : 0)
        for duration in event.durations { durations[duration.kind].add(duration.value, duration.unit) }
    }

    mutating func add(_ other: Tally) {
        events += other.events
        clickEvents += other.clickEvents
        played.add(other.played)
        untyped.add(other.untyped)
        named.add(other.named)
        impressions.add(other.impressions)
        others.add(other.others)
        clicks += other.clicks
        plays += other.plays
        durations.add(other.durations)
    }

    func views(_ definition: ViewDefinition) -> Double {
        switch definition {
        case .named: named.count + untyped.count
        case .impressions: impressions.count + untyped.count
        case .allButClicks: untyped.count + others.count + played.count
        }
    }

    /// Rows that are counted by their own field.
    func countedRows(_ definition: ViewDefinition) -> Int {
        switch definition {
        case .named: named.countedRows + untyped.countedRows
        case .impressions: impressions.countedRows + untyped.countedRows
        case .allButClicks: untyped.countedRows + others.countedRows + played.countedRows
        }
    }
}

/// What the type of an event says it is.
enum EventKind: Sendable {
    /// The type is missing, and the event counts as a view.
    case view
    case namedView, impression, click, play
    /// The type is of no known meaning.
    case other

    init(type: String) {
        switch FieldName.folded(type.lowercased()) {
        case "click", "clicked", "tap", "touch", "adclick", "clickevent", "클릭", "터치", "광고클릭": self = .click
        case "play", "played", "playback", "adplay", "playstart", "재생", "광고재생": self = .play
        case "view", "viewed", "adview", "watch", "watched", "seen", "look", "viewevent", "시청", "조회", "광고시청":
            self = .namedView
        case "impression", "adimpression", "exposure", "노출", "광고노출": self = .impression
        case "": self = .view
        default: self = .other
        }
    }
}
