/// What the holder of a key may do.
package enum AccessRole: String, CaseIterable, Sendable {
    /// Everything, what only operators need included.
    case admin
    /// All of `/v1` and of the chat facade.
    case user
    /// The chat facade alone.
    case facade

    /// Whether this role may do what asks for `other`: each role includes those below it.
    package func includes(_ other: AccessRole) -> Bool { rank >= other.rank }

    private var rank: Int {
        switch self {
        case .admin: 2
        case .user: 1
        case .facade: 0
        }
    }
}
