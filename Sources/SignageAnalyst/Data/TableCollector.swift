import AssistantsAPI

/// A table found in a source, known or not.
struct FoundTable: Sendable {
    enum Name: Sendable, Equatable {
        case known(TableName)
        /// A name as it was given; nil for an array without one.
        case other(String?)
    }

    let name: Name
    let reading: ArrayReading
}

/// Collects the tables among the members of JSON objects, of a tree or of text.
struct TableCollector {
    private(set) var found: [FoundTable] = []
    private(set) var stated: [StatedCount] = []
    private let keepsRows: Bool

    /// How deep the tables may lie in an object, as in `{"system_data": {"data": {"targetedAds": …}}}`.
    private static let maximumDepth = 2

    /// - Parameter keepsRows: Whether rows of text are wanted, not only where its tables are.
    init(keepsRows: Bool = true) { self.keepsRows = keepsRows }

    var hasKnownTable: Bool {
        found.contains { table in
            if case .known = table.name { true } else { false }
        }
    }

    /// Collects from a value that has been parsed already.
    mutating func collect(_ object: JSONObject) { collect(object, depth: 0) }

    private mutating func collect(_ object: JSONObject, depth: Int) {
        for (key, value) in object.members {
            switch value {
            case .array(let elements): take(key, ArrayReading(elements: elements))
            case .integer(let count): take(key, count: count)
            case .string(let text): take(key, text: text)
            case .object(let inner): take(key, inner, depth: depth)
            case .null, .bool, .number: reportIfKnown(key, reason: "not an array")
            }
        }
    }

    private mutating func take(_ key: String, _ inner: JSONObject, depth: Int) {
        if let name = TableName(key: key) {
            // An envelope such as {"data": […], "total": 12}.
            if let rows = inner.members.compactMap({ $0.value.arrayValue }).first {
                found.append(FoundTable(name: .known(name), reading: ArrayReading(elements: rows)))
            } else {
                reportIfKnown(key, reason: "not an array")
            }
        } else if depth < Self.maximumDepth {
            collect(inner, depth: depth + 1)
        }
    }

    /// Takes a table that was turned into a text once too often, as `JSON.stringify` of a part does.
    private mutating func take(_ key: String, text: String) {
        guard TableName(key: key) != nil else { return }
        if let value = try? JSONValue(parsing: text), case .array(let elements) = value {
            take(key, ArrayReading(elements: elements))
        } else {
            reportIfKnown(key, reason: "not an array")
        }
    }

    private mutating func take(_ key: String, _ reading: ArrayReading) {
        if let name = TableName(key: key) {
            found.append(FoundTable(name: .known(name), reading: reading))
        } else if reading.rowCount > 0 {
            found.append(FoundTable(name: .other(key), reading: reading))
        }
    }

    private mutating func take(_ key: String, count: Int) {
        if let name = Self.tableCounted(by: key) {
            stated.append(StatedCount(table: name, count: count))
        } else {
            reportIfKnown(key, reason: "not an array")
        }
    }

    private mutating func reportIfKnown(_ key: String, reason: String) {
        guard let name = TableName(key: key) else { return }
        var reading = ArrayReading(elements: [])
        reading.fault = .malformed(reason: reason)
        found.append(FoundTable(name: .known(name), reading: reading))
    }

    /// The table whose size a member such as `totalAds`, `deviceCount` or `총이벤트수` states.
    private static func tableCounted(by key: String) -> TableName? {
        let name = FieldName.folded(key)
        for prefix in ["total", "num", "총"] where name.hasPrefix(prefix) {
            return TableName(key: String(name.dropFirst(prefix.count)))
                ?? tableCountedBySuffix(of: String(name.dropFirst(prefix.count)))
        }
        return tableCountedBySuffix(of: name)
    }

    private static func tableCountedBySuffix(of name: String) -> TableName? {
        for suffix in ["count", "total", "개수", "건수", "수"] where name.hasSuffix(suffix) {
            return TableName(key: String(name.dropLast(suffix.count)))
        }
        return nil
    }
}

extension TableCollector {
    /// Collects from the JSON object at the cursor. What was read before a fault is kept.
    mutating func collect(from cursor: inout JSONCursor) throws(JSONParsingError) {
        try collect(from: &cursor, depth: 0)
    }

    private mutating func collect(from cursor: inout JSONCursor, depth: Int) throws(JSONParsingError) {
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            let name = try key.string()
            switch try cursor.kind() {
            case .array: try takeArray(name, &cursor)
            case .object where TableName(key: name) == nil && depth < Self.maximumDepth:
                try collect(from: &cursor, depth: depth + 1)
            case .number:
                if let count = try cursor.number().intValue { take(name, count: count) }
            case .object, .string:
                let value = try cursor.value()
                if TableName(key: name) != nil { collect(JSONObject([(name, value)])) }
            case .bool, .null: try cursor.skipValue()
            }
        }
    }

    private mutating func takeArray(_ name: String, _ cursor: inout JSONCursor) throws(JSONParsingError) {
        var lastGood = 0
        let reading = ArrayReading(reading: &cursor, keepsRows: keepsRows, lastGood: &lastGood)
        take(name, reading)
        if case .malformed(let reason) = reading.fault {
            throw JSONParsingError(offset: cursor.offset, reason: reason)
        }
    }
}
