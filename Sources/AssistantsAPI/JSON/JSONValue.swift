/// A JSON value as a tree, for bodies whose members must be checked one by one and for data of unknown shape.
///
/// Integers that fit `Int` stay integers; every other number is a `Double`.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var isNull: Bool { self == .null }

    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The value as a `Double`, for integers too.
    package var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value as an `Int`, also for numbers such as `2.0` that are whole.
    package var intValue: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    package var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member `key` when this is an object that has it.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }
}

/// The members of a JSON object in the order in which they were written. The last of several equal keys wins.
package struct JSONObject: Sendable, Equatable {
    package private(set) var members: [(key: String, value: JSONValue)] = []

    package init() {}

    package init(_ members: [(key: String, value: JSONValue)]) {
        for member in members { self[member.key] = member.value }
    }

    /// Takes members as they were read, duplicates included: lookups search from the end.
    init(parsed members: [(key: String, value: JSONValue)]) { self.members = members }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }

    package subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            members.removeAll { $0.key == key }
            if let newValue { members.append((key, newValue)) }
        }
    }

    /// Whether both have the same members, in whatever order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        if left.members.elementsEqual(right.members, by: { $0.key == $1.key }) {
            return left.members.elementsEqual(right.members) { $0.value == $1.value }
        }
        let others = Dictionary(right.members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        return left.members.allSatisfy { member in others[member.key] == member.value }
    }
}
