import AssistantsAPI
import DataTables

/// An ad or a device as its table describes it.
struct Entity: Sendable {
    var id: String?
    var name: String?
    var location: String?
    var status: Status?
    var lastSeen: Moment?
    var lastSeenText: String?
    var views: Double?
    var impressions: Double?
    var clicks: Double?
    var plays: Double?
    var durations = DurationSums()

    /// What to call it: its name, else its id.
    var title: String { name ?? id ?? "–" }
}

/// The ads or the devices, found by id or name.
struct EntityTable: Sendable {
    private(set) var entities: [Entity] = []
    private(set) var fields: TableFields
    /// Ids that more than one row has, with the number of rows, sorted by id.
    private(set) var duplicates: [(id: String, rows: Int)] = []
    private(set) var missingIDs = 0
    /// Kinds of durations of which the table holds averages, which must not be added up.
    private(set) var averages: Set<DurationKind> = []
    private(set) var durationTotals = DurationSums()
    /// Negative numbers where none can be; they are left out.
    private(set) var negativeValues = 0
    /// What stands where a number should and is none; it is left out.
    private(set) var unreadable = UnreadableValues()

    private var byID: [String: Int] = [:]
    private var byOtherID: [String: Int] = [:]
    private var byName: [String: Int] = [:]

    private let idRole: FieldRole
    private let nameRole: FieldRole

    init(_ rows: [JSONObject], of table: TableName) {
        fields = TableFields(of: table)
        idRole = table == .targetedAds ? .adID : .deviceID
        nameRole = table == .targetedAds ? .adName : .deviceName
        var cells = RowCells()
        var repeated: [String: Int] = [:]
        entities.reserveCapacity(rows.count)
        for row in rows {
            fields.read(row, into: &cells)
            take(cells, repeated: &repeated)
        }
        duplicates = repeated.map { ($0.key, $0.value) }.sorted { $0.id < $1.id }
    }

    /// The entity that events mean by `reference`: an id, else another id of a row, else a name.
    func entity(for reference: String) -> Int? { byID[reference] ?? byOtherID[reference] ?? byName[reference] }

    /// Whether a row only repeats the id of an earlier one.
    func isRepeat(_ index: Int) -> Bool { entities[index].id.map { byID[$0] != index } ?? false }

    func has(_ role: FieldRole) -> Bool { fields.has(role) }

    private mutating func take(_ cells: RowCells, repeated: inout [String: Int]) {
        var entity = Entity()
        entity.id = cells[idRole].groupName
        entity.name = cells[nameRole].groupName
        entity.location = cells[.location].groupName
        entity.status = Status(cells[.status], field: fields.name(of: .status))
        entity.lastSeen = Moment(cells[.lastSeen])
        entity.lastSeenText = cells[.lastSeen].groupName
        entity.views = count(.views, cells)
        entity.impressions = count(.impressions, cells)
        entity.clicks = count(.clicks, cells)
        entity.plays = count(.plays, cells)
        takeDurations(cells, into: &entity)
        let index = entities.count
        if let id = entity.id {
            if byID[id] == nil { byID[id] = index } else { repeated[id, default: 1] += 1 }
        } else {
            missingIDs += 1
        }
        for (role, value) in cells.spare where role == idRole {
            if let id = value.groupName, byOtherID[id] == nil { byOtherID[id] = index }
        }
        if let name = entity.name, byName[name] == nil { byName[name] = index }
        entities.append(entity)
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

    private mutating func takeDurations(_ cells: RowCells, into entity: inout Entity) {
        for kind in DurationKind.allCases {
            let cell = cells.cell(kind.role)
            guard let (value, unit) = cell.value.duration(in: cell.unit) else {
                unreadable.note(cell.value, kind.role)
                continue
            }
            if value < 0 {
                negativeValues += 1
                continue
            }
            if cell.isAverage { averages.insert(kind) }
            entity.durations[kind].add(value, unit)
            durationTotals[kind].add(value, unit)
        }
    }
}
