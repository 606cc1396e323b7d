/// What callers attach to a vector store's file, to filter searches by: at most 16 pairs, keys of at most 64 characters,
/// values that are texts of at most 512 characters, numbers or booleans.
package struct Attributes: Sendable, Equatable {
    package static let maximumPairs = 16
    package static let maximumKeyLength = 64
    package static let maximumValueLength = 512

    /// The pairs in the order in which they were given.
    package let pairs: [Pair]

    package init(_ pairs: [Pair] = []) { self.pairs = pairs }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(storedJSON text: String) {
        guard let object = (try? JSONValue(parsing: text))?.objectValue else { return nil }
        pairs = object.members.compactMap { member in AttributeValue(member.value).map { Pair(member.key, $0) } }
    }

    package struct Pair: Sendable, Equatable {
        package var key: String
        package var value: AttributeValue

        package init(_ key: String, _ value: AttributeValue) {
            self.key = key
            self.value = value
        }
    }

    package var isEmpty: Bool { pairs.isEmpty }

    package subscript(key: String) -> AttributeValue? { pairs.last { $0.key == key }?.value }
}

extension Attributes: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for pair in pairs {
            writer.key(pair.key)
            writer.value(pair.value)
        }
        writer.endObject()
    }
}

/// A value of an attribute. `1` and `1.0` are the same number; values of different kinds are never equal.
package enum AttributeValue: Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)

    /// Nil for null, arrays and objects.
    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .number(number)
        case .bool(let flag): self = .bool(flag)
        case .null, .array, .object: return nil
        }
    }

    /// Whether it is smaller than another number, or than another text by the order of its code points; nil where one of
    /// them has no order or their kinds differ.
    func precedes(_ other: AttributeValue) -> Bool? {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.string(let left), .string(let right)):
            left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        default:
            if let left = double, let right = other.double { left < right } else { nil }
        }
    }

    private var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string, .bool: nil
        }
    }
}

extension AttributeValue: Equatable {
    package static func == (left: AttributeValue, right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)): left.unicodeScalars.elementsEqual(right.unicodeScalars)
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        default:
            if let left = left.double, let right = right.double { left == right } else { false }
        }
    }
}

extension AttributeValue: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .string(let value): writer.value(value)
        case .integer(let value): writer.value(value)
        case .number(let value): writer.value(value)
        case .bool(let value): writer.value(value)
        }
    }
}
