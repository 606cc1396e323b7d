import AssistantsAPI

/// Names of fields and tables that a user adds to those known here, read from a file of their own:
///
///     {"fields": {"adID": ["소재코드"], "dwell": ["stay_sec"]}, "tables": {"viewEvents": ["시청로그"]}}
///
/// They go before the names that are built in. Case, spaces and signs in names do not matter.
package struct FieldNames: Sendable {
    /// What is wrong with such a file, in words for whoever wrote it.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    /// Folded names.
    let roles: [String: FieldRole]
    /// Folded names, and the tables they mean as they are called in the file.
    let tables: [String: String]

    /// What applies to the analyses that run inside `withValue`.
    @TaskLocal static var added = FieldNames()

    private init() { (roles, tables) = ([:], [:]) }

    package static let none = FieldNames()

    /// Runs `body` with these names known.
    package func applied<Value>(_ body: () throws -> Value) rethrows -> Value {
        try Self.$added.withValue(self) { try body() }
    }

    /// Reads the text of a file.
    package init(json: String) throws(Fault) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: json)
        } catch {
            throw Fault(description: "It is no JSON: \(error.reason) at byte \(error.offset).")
        }
        guard let members = value.objectValue?.members else { throw Fault(description: "It is no JSON object.") }
        if let other = members.first(where: { $0.key != "fields" && $0.key != "tables" }) {
            throw Fault(description: "There is a member \(other.key); it may have fields and tables.")
        }
        var roles: [String: FieldRole] = [:]
        for (name, names) in try Self.lists(value, "fields") {
            guard let role = FieldRole.allCases.first(where: { "\($0)" == name }) else {
                let known = FieldRole.allCases.map { "\($0)" }.joined(separator: ", ")
                throw Fault(description: "There is no field \(name). Fields: \(known).")
            }
            for name in names { roles[FieldName.folded(name)] = role }
        }
        var tables: [String: String] = [:]
        for (name, names) in try Self.lists(value, "tables") {
            guard let table = SignageTable(rawValue: name) else {
                let known = SignageTable.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(description: "There is no table \(name). Tables: \(known).")
            }
            for name in names { tables[FieldName.folded(name)] = table.rawValue }
        }
        (self.roles, self.tables) = (roles, tables)
    }

    private static func lists(_ value: JSONValue, _ member: String) throws(Fault) -> [(String, [String])] {
        guard let lists = value[member] else { return [] }
        guard let members = lists.objectValue?.members else {
            throw Fault(description: "\(member) must be an object of lists of names.")
        }
        var read: [(String, [String])] = []
        for (name, list) in members {
            guard let names = list.arrayValue?.map(\.stringValue), !names.contains(nil) else {
                throw Fault(description: "\(member).\(name) must be a list of names.")
            }
            read.append((name, names.compactMap { $0 }))
        }
        return read
    }
}
