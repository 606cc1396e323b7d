import AssistantsAPI
import Foundation

/// Reads JSON objects as rows. A member of a nested object becomes a column named by its path (`location_name`), down to
/// three levels; arrays and what is nested deeper stay JSON. MongoDB's wrappers (`{"$oid": …}`) are taken off.
struct JSONFields {
    private struct Node {
        let path: String
        let depth: Int
        var column: Int?
        /// Whether the member was null, which makes a column only if nothing else ever comes.
        var sawNull = false
        var children: [String: Int] = [:]
        /// The members of the last row in their order: most rows look alike.
        var order: [(key: [UInt8], node: Int)] = []

        /// The node of the member at a place, if it has the same name as in the last row.
        func expected(at position: Int, _ key: UnsafeRawBufferPointer) -> Int? {
            guard position < order.count, order[position].key.count == key.count, let start = key.baseAddress else {
                return nil
            }
            let isSame = order[position].key.withUnsafeBytes { memcmp($0.baseAddress ?? start, start, key.count) == 0 }
            return isSame ? order[position].node : nil
        }
    }

    private(set) var columns = ColumnNames()
    private(set) var hasMoreColumns = false
    private var nodes = [Node(path: "", depth: 0)]
    /// Whether arrays of objects are passed over, as they are tables of their own.
    private let omitsTables: Bool

    init(omitsTables: Bool = false) { self.omitsTables = omitsTables }

    /// Reads the object at the cursor.
    mutating func read(_ cursor: inout JSONCursor, into row: RowCells) throws(JSONParsingError) {
        try readObject(&cursor, node: 0, into: row)
    }

    /// Makes columns of the members that were null in every row so far.
    mutating func addColumnsOfNulls() {
        for index in nodes.indices where nodes[index].sawNull && nodes[index].children.isEmpty {
            _ = column(of: index)
        }
    }

    private mutating func readObject(
        _ cursor: inout JSONCursor,
        node parent: Int,
        into row: RowCells
    ) throws(JSONParsingError) {
        var position = 0
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            let node = try node(for: key, at: position, in: parent)
            position += 1
            if let node { try readValue(&cursor, node: node, into: row) } else { try cursor.skipValue() }
        }
    }

    private mutating func readValue(
        _ cursor: inout JSONCursor,
        node: Int,
        into row: RowCells
    ) throws(JSONParsingError) {
        switch try cursor.kind() {
        case .null:
            try cursor.skipValue()
            nodes[node].sawNull = true
        case .object where nodes[node].depth < TableLimits.depth:
            try readObject(&cursor, node: node, into: row)
        case .object: put(.json(try cursor.rawValue()), of: node, into: row)
        case .array:
            let array = try cursor.rawValue()
            if !omitsTables || !DocumentTables.isTable(array) { put(.json(array), of: node, into: row) }
        case .bool: put(.bool(try cursor.bool()), of: node, into: row)
        case .number: put(.number(try cursor.rawValue()), of: node, into: row)
        case .string: put(.text(try text(cursor.rawValue(), row)), of: node, into: row)
        }
    }

    /// What stands between the quotes, its escapes resolved.
    private func text(
        _ quoted: UnsafeRawBufferPointer,
        _ row: RowCells
    ) throws(JSONParsingError) -> UnsafeRawBufferPointer {
        guard let start = quoted.baseAddress, memchr(start, Int32(UInt8(ascii: "\\")), quoted.count) != nil else {
            return UnsafeRawBufferPointer(rebasing: quoted[1..<(quoted.count - 1)])
        }
        var cursor = JSONCursor(quoted)
        return row.keep(try cursor.string().utf8)
    }

    private mutating func put(_ cell: Cell, of node: Int, into row: RowCells) {
        if let column = nodes[node].column ?? column(of: node) { row.put(cell, at: column) }
    }

    private mutating func column(of node: Int) -> Int? {
        if let column = nodes[node].column { return column }
        guard columns.names.count < TableLimits.columns else {
            hasMoreColumns = true
            return nil
        }
        columns.add(nodes[node].path)
        nodes[node].column = columns.names.count - 1
        return nodes[node].column
    }

    private mutating func node(
        for key: JSONCursor.Key,
        at position: Int,
        in parent: Int
    ) throws(JSONParsingError) -> Int? {
        if let expected = nodes[parent].expected(at: position, key.bytes) { return expected }
        let name = try key.string()
        guard let node = nodes[parent].children[name] ?? makeNode(name, in: parent) else { return nil }
        let entry = (key: Array(key.bytes), node: node)
        if position < nodes[parent].order.count {
            nodes[parent].order[position] = entry
        } else if position == nodes[parent].order.count {
            nodes[parent].order.append(entry)
        }
        return node
    }

    private mutating func makeNode(_ name: String, in parent: Int) -> Int? {
        // A wrapper's member is the value itself.
        if name.hasPrefix("$"), parent != 0 { return parent }
        guard nodes.count < 4 * TableLimits.columns else {
            hasMoreColumns = true
            return nil
        }
        let path = parent == 0 ? name : nodes[parent].path + "_" + name
        nodes.append(Node(path: path, depth: nodes[parent].depth + 1))
        nodes[parent].children[name] = nodes.count - 1
        return nodes.count - 1
    }
}
