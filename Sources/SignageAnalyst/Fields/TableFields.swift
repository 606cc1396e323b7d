import AssistantsAPI

/// The fields of a table as they turn up row by row, nested ones by their path (`location.name`).
struct TableFields: Sendable {
    struct Field: Sendable {
        let path: String
        let meaning: FieldName?
        var statistics = FieldStatistics()
    }

    private struct Node: Sendable {
        /// Index of the field, nil for the row itself.
        let field: Int?
        let depth: Int
        var children: [String: Int] = [:]
        /// The nodes in the order of the last row's members; most rows look alike.
        var order: [(key: String, node: Int)] = []
    }

    let table: TableName?
    private(set) var fields: [Field] = []
    private(set) var rowCount = 0
    /// Whether there are more fields of unknown meaning than are kept.
    private(set) var hasMoreFields = false

    /// For each role, the rows that have a value of it.
    private var filled = [Int](repeating: 0, count: FieldRole.allCases.count)
    private var nodes: [Node] = [Node(field: nil, depth: 0)]

    private static let maximumFields = 200
    private static let maximumDepth = 3

    init(of table: TableName?) { self.table = table }

    /// Whether a field with this meaning has a value in any row.
    func has(_ role: FieldRole) -> Bool {
        fields.contains { $0.meaning?.role == role && $0.statistics.values > 0 }
    }

    /// The best known name for a meaning, as it is written in the data.
    func name(of role: FieldRole) -> String? {
        let named = fields.filter { $0.meaning?.role == role && $0.statistics.values > 0 }
        return named.min { ($0.meaning?.rank ?? 0) < ($1.meaning?.rank ?? 0) }?.path
    }

    /// Counts a row in and leaves its values in `cells`.
    mutating func read(_ row: JSONObject, into cells: inout RowCells) {
        rowCount += 1
        cells.clear()
        read(row, node: 0, into: &cells)
        for role in cells.roles { filled[role.rawValue] += 1 }
    }

    /// Rows without a value of this meaning, where others have one.
    func rowsWithout(_ role: FieldRole) -> Int {
        let rows = filled[role.rawValue]
        return rows == 0 ? 0 : rowCount - rows
    }

    private mutating func read(_ object: JSONObject, node parent: Int, into cells: inout RowCells) {
        for (position, member) in object.members.enumerated() {
            guard let node = node(for: member.key, at: position, in: parent), let index = nodes[node].field else {
                continue
            }
            fields[index].statistics.read(member.value)
            if case .object(let inner) = member.value {
                if nodes[node].depth < Self.maximumDepth { read(inner, node: node, into: &cells) }
            } else if let meaning = fields[index].meaning, !member.value.isBlank {
                cells.put(member.value, as: meaning)
            }
        }
    }

    private mutating func node(for key: String, at position: Int, in parent: Int) -> Int? {
        if position < nodes[parent].order.count, nodes[parent].order[position].key == key {
            return nodes[parent].order[position].node
        }
        guard let found = nodes[parent].children[key] ?? makeNode(for: key, in: parent) else { return nil }
        if position < nodes[parent].order.count {
            nodes[parent].order[position] = (key, found)
        } else if position == nodes[parent].order.count {
            nodes[parent].order.append((key, found))
        }
        return found
    }

    private mutating func makeNode(for key: String, in parent: Int) -> Int? {
        let path = nodes[parent].field.map { fields[$0].path + "." + key } ?? key
        let meaning = table.flatMap { path.utf8.count <= 100 ? FieldName(path, in: $0) : nil }
        guard fields.count < Self.maximumFields || (meaning != nil && fields.count < 2 * Self.maximumFields) else {
            hasMoreFields = true
            return nil
        }
        fields.append(Field(path: path, meaning: meaning))
        nodes.append(Node(field: fields.count - 1, depth: nodes[parent].depth + 1))
        nodes[parent].children[key] = nodes.count - 1
        return nodes.count - 1
    }
}

extension JSONValue {
    fileprivate var isBlank: Bool {
        switch self {
        case .null: true
        case .string(let text): text.utf8.allSatisfy { $0 <= 0x20 }
        default: false
        }
    }
}
