import AssistantsAPI

/// The values of one row by what they mean. Used over and over, so that a row costs no allocation.
struct RowCells {
    struct Cell {
        var value = JSONValue.null
        var rank = Int.max
        var unit = DurationUnit.unstated
        var isAverage = false
    }

    private var cells = [Cell](repeating: Cell(), count: FieldRole.allCases.count)
    /// The roles that the row has a value of.
    private(set) var roles: [FieldRole] = []
    /// Values of a role for which the row has a field of better rank.
    private(set) var spare: [(role: FieldRole, value: JSONValue)] = []

    subscript(role: FieldRole) -> JSONValue { cells[role.rawValue].value }

    func cell(_ role: FieldRole) -> Cell { cells[role.rawValue] }

    mutating func clear() {
        for role in roles { cells[role.rawValue] = Cell() }
        roles.removeAll(keepingCapacity: true)
        spare.removeAll(keepingCapacity: true)
    }

    /// Puts a value that is not null in its role's place, if it is the best of the row so far.
    mutating func put(_ value: JSONValue, as meaning: FieldName) {
        let index = meaning.role.rawValue
        let old = cells[index].rank
        guard meaning.rank <= old else {
            spare.append((meaning.role, value))
            return
        }
        if old == Int.max {
            roles.append(meaning.role)
        } else if meaning.rank < old {
            spare.append((meaning.role, cells[index].value))
        }
        cells[index] = Cell(value: value, rank: meaning.rank, unit: meaning.unit, isAverage: meaning.isAverage)
    }
}
