/// What a modification does to a value: absent, null or given.
package enum Patch<Value> {
    case unchanged
    case cleared
    case set(Value)

    /// Changes a value that may be missing.
    package func apply(to value: inout Value?) {
        switch self {
        case .unchanged: break
        case .cleared: value = nil
        case .set(let new): value = new
        }
    }

    /// Changes a value that is never missing; without one it has its default.
    package func apply(to value: inout Value, default fallback: Value) {
        switch self {
        case .unchanged: break
        case .cleared: value = fallback
        case .set(let new): value = new
        }
    }
}

extension Patch: Sendable where Value: Sendable {}
extension Patch: Equatable where Value: Equatable {}
