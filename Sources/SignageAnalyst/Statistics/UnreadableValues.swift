import AssistantsAPI

/// Values that stand where a number, a duration or a yes or no should and are none, by what they should be.
struct UnreadableValues: Sendable {
    private var counts: [FieldRole: (values: Int, example: String)] = [:]

    /// Notes a value that could not be read; none at all is no such value.
    mutating func note(_ value: @autoclosure () -> JSONValue, _ role: FieldRole) {
        let value = value()
        if value.isNull { return }
        counts[role, default: (0, value.groupName ?? "{…}")].values += 1
    }

    /// In the order of the roles.
    var all: [(role: FieldRole, values: Int, example: String)] {
        counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value.values, $0.value.example) }
    }
}
