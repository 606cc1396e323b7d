/// All figures of a thread's data: the ads, the devices and what the events say about them.
struct SignageAnalysis: Sendable {
    let data: SignageData
    let ads: EntityTable
    let devices: EntityTable
    let events: EventStatistics
    /// What `events` is restricted to.
    let filter: EventFilter

    init(of data: SignageData) {
        self.data = data
        filter = .all
        ads = EntityTable(data.rows(of: .targetedAds), of: .targetedAds)
        devices = EntityTable(data.rows(of: .signages), of: .signages)
        events = EventStatistics(data.rows(of: .viewEvents), devices: devices)
    }

    private init(_ whole: SignageAnalysis, filter: EventFilter) {
        data = whole.data
        ads = whole.ads
        devices = whole.devices
        self.filter = filter
        events = EventStatistics(data.rows(of: .viewEvents), devices: devices, filter: filter)
    }

    /// The same data, with only the events that the filter admits. It reads all events again.
    func restricted(to filter: EventFilter) -> SignageAnalysis { SignageAnalysis(self, filter: filter) }

    var hasEvents: Bool { !data.rows(of: .viewEvents).isEmpty }

    /// An ad or a device with what its events come to.
    struct Subject: Sendable {
        /// Nil when only events name it.
        let entity: Entity?
        /// How events name it, else its id.
        let reference: String
        var tally: Tally

        /// Whether there is a table of its kind that does not have it.
        var isUnlisted = false

        var title: String { entity?.title ?? reference }

        /// What stands in a column of ids.
        var idText: String { entity == nil ? reference : entity?.id ?? Figure.none }

        func title(in language: Language) -> String {
            isUnlisted ? reference + language(" (목록에 없음)", " (not listed)") : title
        }
    }

    /// The ads of the table in its order, each once, then those that only events name.
    var adSubjects: [Subject] {
        Self.subjects(ads, events.byAd, hidingOthers: filter.ads)
    }

    var deviceSubjects: [Subject] {
        Self.subjects(devices, events.byDevice, hidingOthers: filter.devices)
    }

    /// - Parameter wanted: The references to keep, nil for all.
    private static func subjects(_ table: EntityTable, _ groups: GroupedTallies, hidingOthers wanted: Set<String>?)
        -> [Subject]
    {
        var subjects: [Subject] = []
        var places: [Int: Int] = [:]
        for (index, entity) in table.entities.enumerated() where !table.isRepeat(index) {
            let reference = entity.id ?? entity.name ?? Figure.none
            if let wanted, !wanted.contains(reference), !wanted.contains(entity.title) { continue }
            places[index] = subjects.count
            subjects.append(Subject(entity: entity, reference: reference, tally: Tally()))
        }
        for (name, tally) in zip(groups.names, groups.tallies) where tally.events > 0 {
            if let index = table.entity(for: name), let place = places[index] {
                subjects[place].tally.add(tally)
            } else {
                let isUnlisted = !table.entities.isEmpty
                subjects.append(Subject(entity: nil, reference: name, tally: tally, isUnlisted: isUnlisted))
            }
        }
        return subjects
    }

    /// Names in events that their table does not have, most frequent first; empty when there is no table.
    var unknownAds: [(name: String, events: Int)] { Self.unknown(ads, events.byAd) }
    var unknownDevices: [(name: String, events: Int)] { Self.unknown(devices, events.byDevice) }

    private static func unknown(_ table: EntityTable, _ groups: GroupedTallies) -> [(name: String, events: Int)] {
        if table.entities.isEmpty { return [] }
        return zip(groups.names, groups.tallies)
            .filter { $0.1.events > 0 && table.entity(for: $0.0) == nil }
            .map { ($0.0, $0.1.events) }
            .sorted { ($1.events, $0.name) < ($0.events, $1.name) }
    }
}

extension SignageAnalysis {
    /// Where the views and clicks of ads come from.
    enum Source: Sendable, Equatable {
        case events
        /// A field of the ads, by its name in the data.
        case adField(String)
        case nowhere
    }

    var viewSource: Source {
        if hasEvents, !usesAdFields { return .events }
        return (ads.fields.name(of: .views) ?? ads.fields.name(of: .impressions)).map { .adField($0) }
            ?? (hasEvents ? .events : .nowhere)
    }

    var clickSource: Source {
        if hasEvents, eventsTellClicks { return .events }
        return ads.fields.name(of: .clicks).map { .adField($0) } ?? .nowhere
    }

    /// Ads that count their own views and clicks are believed when the events know of no clicks.
    private var usesAdFields: Bool {
        !eventsTellClicks && ads.has(.clicks) && (ads.has(.views) || ads.has(.impressions))
    }

    var eventsTellClicks: Bool {
        let fields = events.fields
        return fields.has(.clicked) || fields.has(.clickedAt) || fields.has(.clicks) || fields.has(.eventType)
    }

    /// Events that say neither that there was a click nor that there was none.
    var eventsWithoutClickTold: Int {
        let fields = events.fields
        let tellsOtherwise = fields.has(.clickedAt) || fields.has(.clicks) || fields.has(.eventType)
        return tellsOtherwise ? 0 : fields.rowsWithout(.clicked)
    }

    var eventsTellPlays: Bool { events.fields.has(.plays) || events.total.playEvents > 0 }

    func views(of ad: Subject) -> Double? {
        switch viewSource {
        case .events: events.views(ad.tally)
        case .adField: ads.has(.views) ? ad.entity?.views : ad.entity?.impressions
        case .nowhere: nil
        }
    }

    func clicks(of ad: Subject) -> Double? {
        switch clickSource {
        case .events: ad.tally.clicks
        case .adField: ad.entity?.clicks
        case .nowhere: nil
        }
    }

    func clicks(_ tally: Tally) -> Double? { eventsTellClicks ? tally.clicks : nil }

    var totalViews: Double? {
        switch viewSource {
        case .events: events.views(events.total)
        case .adField: adSubjects.compactMap { views(of: $0) }.reduce(0, +)
        case .nowhere: nil
        }
    }

    var totalClicks: Double? {
        switch clickSource {
        case .events: events.total.clicks
        case .adField: adSubjects.compactMap { clicks(of: $0) }.reduce(0, +)
        case .nowhere: nil
        }
    }

    /// The unit assumed for durations that name none; nil where every one does.
    func assumedUnit(of kind: DurationKind) -> DurationUnit? {
        (events.total.durations[kind].count > 0 ? events.total.durations[kind] : devices.durationTotals[kind])
            .assumedUnit
    }

    func averageSeconds(_ sum: DurationSum, _ kind: DurationKind) -> Double? {
        sum.average(assuming: assumedUnit(of: kind) ?? .seconds)
    }

    func seconds(_ sum: DurationSum, _ kind: DurationKind) -> Double {
        sum.seconds(assuming: assumedUnit(of: kind) ?? .seconds)
    }
}
