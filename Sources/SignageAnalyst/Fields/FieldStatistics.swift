import AssistantsAPI

/// What a field of a table holds, over all rows.
struct FieldStatistics: Sendable {
    /// Rows that have the field, null or not.
    private(set) var present = 0
    private(set) var nulls = 0
    private(set) var texts = 0
    private(set) var numbers = 0
    private(set) var flags = 0
    private(set) var lists = 0
    private(set) var objects = 0

    private(set) var sum = 0.0
    private(set) var smallest: Double?
    private(set) var largest: Double?

    /// The values met, as long as they are few.
    private(set) var distinct: Set<Scalar> = []
    /// Whether there are more different values than are kept.
    private(set) var hasMoreDistinct = false

    static let maximumDistinct = 1000

    enum Scalar: Hashable, Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)

        var name: String {
            switch self {
            case .text(let text): text
            case .integer(let number): String(number)
            case .number(let number): String(number)
            case .flag(let flag): String(flag)
            }
        }
    }

    /// Rows with a value that is not null.
    var values: Int { present - nulls }

    mutating func read(_ value: JSONValue) {
        present += 1
        switch value {
        case .null: nulls += 1
        case .bool(let flag):
            flags += 1
            note(.flag(flag))
        case .integer(let number):
            note(Double(number))
            note(.integer(number))
        case .number(let number):
            note(number)
            note(.number(number))
        case .string(let text):
            texts += 1
            note(.text(text))
        case .array: lists += 1
        case .object: objects += 1
        }
    }

    private mutating func note(_ number: Double) {
        numbers += 1
        sum += number
        smallest = smallest.map { min($0, number) } ?? number
        largest = largest.map { max($0, number) } ?? number
    }

    private mutating func note(_ value: Scalar) {
        if hasMoreDistinct { return }
        if distinct.count == Self.maximumDistinct, !distinct.contains(value) {
            hasMoreDistinct = true
            return
        }
        distinct.insert(value)
    }
}
