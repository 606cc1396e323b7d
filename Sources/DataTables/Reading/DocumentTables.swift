import AssistantsAPI

/// Finds the tables of a JSON document: its arrays of objects, at the top or in objects down to three levels, named by
/// their path. What stands beside them, or an object without any, is a table of one row.
struct DocumentTables {
    struct Found {
        let name: String
        let kind: Kind
    }

    enum Kind {
        /// The bytes of an array.
        case rows(UnsafeRawBufferPointer)
        /// The bytes of an object that is a row, without the tables in it.
        case row(UnsafeRawBufferPointer)
    }

    private(set) var tables: [Found] = []
    private let name: String

    /// - Parameter name: Of the document; a table that has no path is called so.
    init(in bytes: UnsafeRawBufferPointer, named name: String) throws(JSONParsingError) {
        self.name = name
        var cursor = JSONCursor(bytes)
        switch try cursor.kind() {
        case .array: tables.append(Found(name: name, kind: .rows(bytes)))
        case .object:
            let object = try cursor.rawValue()
            try cursor.end()
            var inside = JSONCursor(object)
            let hasOthers = try collect(&inside, path: "", depth: 1)
            if hasOthers { tables.append(Found(name: name, kind: .row(object))) }
        default: throw JSONParsingError(offset: cursor.offset, reason: "expecting an array or an object")
        }
    }

    /// Collects the tables of an object; true when it has values of its own too.
    private mutating func collect(
        _ cursor: inout JSONCursor,
        path: String,
        depth: Int
    ) throws(JSONParsingError) -> Bool {
        var hasOthers = false
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            switch try cursor.kind() {
            case .array:
                let array = try cursor.rawValue()
                if Self.isTable(array) {
                    tables.append(Found(name: try Self.join(path, key.string()), kind: .rows(array)))
                } else {
                    hasOthers = true
                }
            case .object where depth < TableLimits.depth:
                let inner = try collect(&cursor, path: Self.join(path, key.string()), depth: depth + 1)
                hasOthers = hasOthers || inner
            default:
                try cursor.skipValue()
                hasOthers = true
            }
        }
        return hasOthers
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "_" + name }

    /// Whether the first element of an array is an object.
    static func isTable(_ array: UnsafeRawBufferPointer) -> Bool {
        array.dropFirst().first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 } == UInt8(ascii: "{")
    }
}
