import DataTables

/// When events happened, on the wall clock of the data.
struct EventTimes: Sendable {
    /// By hour since 1970-01-01 00:00 on the wall.
    private(set) var byHour: [Int: Tally] = [:]
    /// By day, for times that are only a date.
    private(set) var byDateOnly: [Int: Tally] = [:]
    private(set) var zones: Set<Moment.Zone> = []
    private(set) var earliest: Moment?
    private(set) var latest: Moment?
    private(set) var missing = 0
    private(set) var unparsable = 0
    /// The first time that could not be read.
    private(set) var unparsableExample: String?

    private static let maximumZones = 64

    mutating func add(_ event: Tally.Event, at moment: Moment) {
        if moment.hasTime {
            byHour[moment.day * 24 + moment.hour, default: Tally()].add(event)
        } else {
            byDateOnly[moment.day, default: Tally()].add(event)
        }
        if zones.count < Self.maximumZones { zones.insert(moment.zone) }
        if earliest.map({ moment.wallSeconds < $0.wallSeconds }) ?? true { earliest = moment }
        if latest.map({ moment.wallSeconds > $0.wallSeconds }) ?? true { latest = moment }
    }

    mutating func noteMissing() { missing += 1 }

    mutating func noteUnparsable(_ text: String) {
        unparsable += 1
        if unparsableExample == nil { unparsableExample = text }
    }

    var isEmpty: Bool { byHour.isEmpty && byDateOnly.isEmpty }

    /// Whether no event has a time of day.
    var hasHours: Bool { !byHour.isEmpty }

    /// 24 tallies, from midnight on.
    var byHourOfDay: [Tally] {
        var tallies = [Tally](repeating: Tally(), count: 24)
        for (hour, tally) in byHour { tallies[((hour % 24) + 24) % 24].add(tally) }
        return tallies
    }

    /// Seven tallies, from Monday on.
    var byWeekday: [Tally] {
        var tallies = [Tally](repeating: Tally(), count: 7)
        for (day, tally) in byDay { tallies[CivilCalendar.weekday(ofDay: day)].add(tally) }
        return tallies
    }

    /// The days on which something happened, in order.
    var byDay: [(day: Int, tally: Tally)] {
        var days = byDateOnly
        for (hour, tally) in byHour { days[Self.day(ofHour: hour), default: Tally()].add(tally) }
        return days.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    static func day(ofHour hour: Int) -> Int { hour >= 0 ? hour / 24 : (hour - 23) / 24 }
}
