import AssistantsAPI
import DataTables

/// Everything that is computed from the view events, in one pass over them.
struct EventStatistics: Sendable {
    private(set) var total = Tally()
    private(set) var byAd = GroupedTallies()
    private(set) var byDevice = GroupedTallies()
    private(set) var byLocation = GroupedTallies()
    private(set) var byType = GroupedTallies()
    private(set) var byGender = GroupedTallies()
    private(set) var byAge = GroupedTallies()
    private(set) var times = EventTimes()
    private(set) var fields = TableFields(of: .viewEvents)

    /// Events that name no ad, no device, no place.
    private(set) var withoutAd = Tally()
    private(set) var withoutDevice = Tally()
    private(set) var withoutLocation = Tally()
    private(set) var withoutID = 0
    /// Rows that repeat the id of an earlier row, and the first id repeated.
    private(set) var repeatedIDs = 0
    private(set) var repeatedIDExample: String?
    /// How many ids are repeated.
    var repeatedDistinctIDs: Int { repeated.count }
    private(set) var negativeValues = 0
    /// What stands where a number should and is none; it is left out.
    private(set) var unreadable = UnreadableValues()
    /// Events in which people looked for longer than they stayed.
    private(set) var attentionBeyondDwell = 0
    /// Rows whose watch time was taken from start and end.
    private(set) var spansMeasured = 0
    /// Which rows are views, as far as the types of all of them tell.
    private var viewDefinition = Tally.ViewDefinition.allButClicks
    /// Whether places come from the events themselves.
    private(set) var locatesEvents = false

    private let devices: EntityTable
    private let filter: EventFilter
    /// For each device of `byDevice` where it stands.
    private var deviceLocations: [String?] = []
    private var ids: Set<String> = []
    private var repeated: Set<String> = []

    /// - Parameter devices: Gives the events of a device their place where they have none of their own.
    init(_ rows: [JSONObject], devices: EntityTable, filter: EventFilter = .all) {
        self.devices = devices
        self.filter = filter
        var cells = RowCells()
        var event = Tally.Event()
        ids.reserveCapacity(rows.count)
        for row in rows {
            fields.read(row, into: &cells)
            read(cells, event: &event)
        }
        ids = []
    }

    func views(_ tally: Tally) -> Double { tally.views(viewDefinition) }

    /// Rows that are no views by their type, the pure clicks and playbacks apart.
    var otherRows: (clicks: Int, plays: Int, rest: Int) {
        let rest: Int
        switch viewDefinition {
        case .named: rest = total.impressions.rows + total.others.rows
        case .impressions: rest = total.others.rows
        case .allButClicks: return (total.clickEvents, 0, 0)
        }
        return (total.clickEvents, total.playEvents, rest)
    }

    /// Views that are counted by a field of their row.
    var countedRows: Int { total.countedRows(viewDefinition) }

    private mutating func read(_ cells: RowCells, event: inout Tally.Event) {
        let ad = cells[.adID].groupName ?? cells[.adName].groupName
        let device = cells[.deviceID].groupName ?? cells[.deviceName].groupName
        let deviceIndex = device.flatMap { index(ofDevice: $0) }
        let own = cells[.location].groupName
        let location = own ?? deviceIndex.flatMap { deviceLocations[$0] }
        let type = cells[.eventType].groupName
        // Of all rows, those left out as well: what a view is does not depend on the question.
        if let type { define(EventKind(type: type)) }
        guard filter.admits(ad: ad, device: device, location: location) else { return }

        event.clear()
        readKind(type, cells, into: &event)
        let moment = readTime(cells)
        readDurations(cells, start: moment, into: &event)
        checkID(cells)

        total.add(event)
        if let ad { byAd.add(event, at: byAd.index(of: ad)) } else { withoutAd.add(event) }
        if device != nil { byDevice.add(event, at: deviceIndex) } else { withoutDevice.add(event) }
        if own != nil { locatesEvents = true }
        if let location {
            byLocation.add(event, at: byLocation.index(of: location))
        } else {
            withoutLocation.add(event)
        }
        if let type { byType.add(event, at: byType.index(of: type)) }
        if let gender = cells[.gender].groupName { byGender.add(event, at: byGender.index(of: gender)) }
        if let age = Self.ageGroup(cells[.age]) { byAge.add(event, at: byAge.index(of: age)) }
        if let moment { times.add(event, at: moment) }
    }

    private mutating func define(_ kind: EventKind) {
        if kind == .namedView { viewDefinition = .named }
        if kind == .impression, viewDefinition == .allButClicks { viewDefinition = .impressions }
    }

    private mutating func index(ofDevice name: String) -> Int? {
        guard let index = byDevice.index(of: name) else { return nil }
        if index == deviceLocations.count {
            deviceLocations.append(devices.entity(for: name).flatMap { devices.entities[$0].location })
        }
        return index
    }

    private mutating func readKind(_ type: String?, _ cells: RowCells, into event: inout Tally.Event) {
        if let type { event.kind = EventKind(type: type) }
        let counted = count(.clicks, cells)
        if cells[.clicked].flag == nil { unreadable.note(cells[.clicked], .clicked) }
        let isClick = event.kind == .click || cells[.clicked].flag == true || !cells[.clickedAt].isNull
        event.clicks = counted ?? (isClick ? 1 : 0)
        event.views = count(.views, cells)
        event.plays = count(.plays, cells)
    }

    private mutating func count(_ role: FieldRole, _ cells: RowCells) -> Double? {
        guard let amount = cells[role].amount else {
            unreadable.note(cells[role], role)
            return nil
        }
        if amount < 0 {
            negativeValues += 1
            return nil
        }
        return amount
    }

    private mutating func readTime(_ cells: RowCells) -> Moment? {
        let time = cells[.timestamp]
        let date = cells[.date]
        if let moment = Moment(time) ?? Self.momentIfDated(cells[.viewTime]) { return moment }
        if let day = Moment(date) {
            guard !day.hasTime, let text = time.stringValue, let seconds = MomentParser.timeOfDay(in: text) else {
                return day
            }
            return Moment(day: day.day, secondOfDay: seconds, zone: day.zone)
        }
        let given = time.isNull ? date : time
        if given.isNull { times.noteMissing() } else { times.noteUnparsable(given.groupName ?? "{…}") }
        return nil
    }

    private static func momentIfDated(_ value: JSONValue) -> Moment? {
        value.isNull ? nil : Moment(value)
    }

    private mutating func readDurations(_ cells: RowCells, start: Moment?, into event: inout Tally.Event) {
        for kind in DurationKind.allCases {
            var cell = cells.cell(kind.role)
            if kind == .watch, cell.value.isNull {
                cell = cells.cell(.viewTime)
                if Self.momentIfDated(cell.value) != nil { cell = RowCells.Cell() }
            }
            if let (value, unit) = cell.value.duration(in: cell.unit) {
                add(value, unit, kind, to: &event)
            } else if kind == .watch, let start, start.hasTime, let end = Moment(cells[.endTime]), end.hasTime {
                spansMeasured += 1
                add(Double(end.wallSeconds - start.wallSeconds), .seconds, kind, to: &event)
            } else {
                unreadable.note(cell.value, kind.role)
            }
        }
        if event.attendsBeyondDwell { attentionBeyondDwell += 1 }
    }

    private mutating func add(_ value: Double, _ unit: DurationUnit, _ kind: DurationKind, to event: inout Tally.Event)
    {
        if value < 0 {
            negativeValues += 1
        } else {
            event.durations.append((kind, value, unit))
        }
    }

    private mutating func checkID(_ cells: RowCells) {
        guard let id = cells[.rowID].groupName else {
            withoutID += 1
            return
        }
        if !ids.insert(id).inserted {
            repeatedIDs += 1
            repeated.insert(id)
            if repeatedIDExample == nil { repeatedIDExample = id }
        }
    }

    /// Ages in years are put into decades; groups stay as they are written.
    private static func ageGroup(_ value: JSONValue) -> String? {
        guard let age = value.amount else { return value.groupName }
        guard 0...150 ~= age else { return value.groupName }
        let decade = Int(age) / 10 * 10
        return "\(decade)–\(decade + 9)"
    }
}
