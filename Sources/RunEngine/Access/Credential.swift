/// What a request shows of itself in `Authorization`.
package enum Credential: Sendable, Equatable {
    case none
    /// Something else than `Bearer` and a key.
    case unusable
    case key(String)

    package init(authorization value: String?) {
        guard let value else {
            self = .none
            return
        }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        switch parts.count {
        case 0: self = .none
        case 1 where parts[0].lowercased() == "bearer": self = .none
        case 2 where parts[0].lowercased() == "bearer": self = .key(String(parts[1]))
        default: self = .unusable
        }
    }
}
