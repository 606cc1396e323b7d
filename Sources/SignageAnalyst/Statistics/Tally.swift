/// What happened in a set of view events, kept so that views can be defined after all events have been read.
struct Tally: Sendable, Equatable {
    /// Rows, of whatever type.
    private(set) var events = 0
    /// Rows whose type says that they are a click and nothing else.
    private(set) var clickEvents = 0
    /// Rows whose type says that they are a playback.
    private(set) var playEvents = 0
    /// Rows with a views field of their own, and the sum of it.
    private(set) var countedRows = 0
    private(set) var countedViews = 0.0
    private(set) var clicks = 0.0
    /// Playbacks by field or, for rows without one, by type.
    private(set) var plays = 0.0
    private(set) var durations = DurationSums()

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
        case .play: playEvents += 1
        case .view, .namedView:
            if let views = event.views {
                countedRows += 1
                countedViews += views
            }
        }
        clicks += event.clicks
        plays += event.plays ?? (event.kind == .play ? 1 : 0)
        for duration in event.durations { durations[duration.kind].add(duration.value, duration.unit) }
    }

    mutating func add(_ other: Tally) {
        events += other.events
        clickEvents += other.clickEvents
        playEvents += other.playEvents
        countedRows += other.countedRows
        countedViews += other.countedViews
        clicks += other.clicks
        plays += other.plays
        durations.add(other.durations)
    }

    /// Events that are no pure clicks; playbacks are left out too where the data name views apart from them.
    func views(excludingPlays: Bool) -> Double {
        let rows = events - clickEvents - (excludingPlays ? playEvents : 0) - countedRows
        return Double(rows) + countedViews
    }
}

/// What the type of an event says it is.
enum EventKind: Sendable {
    /// The type is missing or of no known meaning, and the event counts as a view.
    case view
    case namedView, click, play

    init(type: String) {
        switch FieldName.folded(type.lowercased()) {
        case "click", "clicked", "tap", "touch", "adclick", "clickevent", "클릭", "터치", "광고클릭": self = .click
        case "play", "played", "playback", "adplay", "playstart", "재생", "광고재생": self = .play
        case "view", "viewed", "adview", "watch", "watched", "impression", "seen", "look", "viewevent", "시청", "조회",
            "노출",
            "광고시청":
            self = .namedView
        default: self = .view
        }
    }
}
