/// A condition on the attributes of files that a search may find.
package indirect enum AttributeFilter: Sendable, Equatable {
    case comparison(Comparison)
    /// All of them hold; an empty list always does.
    case and([AttributeFilter])
    /// One of them holds; of an empty list none does.
    case or([AttributeFilter])

    package struct Comparison: Sendable, Equatable {
        package var key: String
        package var test: Test

        package init(key: String, test: Test) {
            self.key = key
            self.test = test
        }
    }

    /// Values are never converted: a number is not equal to a text, nor smaller or greater. A file without the attribute
    /// passes `notEqual` and `noneOf` only.
    package enum Test: Sendable, Equatable {
        case equal(AttributeValue)
        case notEqual(AttributeValue)
        case greater(AttributeValue)
        case greaterOrEqual(AttributeValue)
        case less(AttributeValue)
        case lessOrEqual(AttributeValue)
        case anyOf([AttributeValue])
        case noneOf([AttributeValue])
    }

    package func matches(_ attributes: Attributes) -> Bool {
        switch self {
        case .comparison(let comparison): comparison.test.holds(for: attributes[comparison.key])
        case .and(let filters): filters.allSatisfy { $0.matches(attributes) }
        case .or(let filters): filters.contains { $0.matches(attributes) }
        }
    }
}

extension AttributeFilter.Test {
    func holds(for value: AttributeValue?) -> Bool {
        guard let value else {
            switch self {
            case .notEqual, .noneOf: return true
            default: return false
            }
        }
        switch self {
        case .equal(let other): return value == other
        case .notEqual(let other): return value != other
        case .greater(let other): return other.precedes(value) == true
        case .greaterOrEqual(let other): return value.precedes(other) == false
        case .less(let other): return value.precedes(other) == true
        case .lessOrEqual(let other): return other.precedes(value) == false
        case .anyOf(let others): return others.contains(value)
        case .noneOf(let others): return !others.contains(value)
        }
    }
}
