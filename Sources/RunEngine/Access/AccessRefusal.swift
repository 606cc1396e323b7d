import AssistantsAPI

/// Why a request may not go on.
package enum AccessRefusal: Error, Sendable, Equatable {
    case keyMissing
    /// The key is not known here, or no longer. Most of it is hidden.
    case keyUnknown(masked: String)
    /// The key is good, but not for this.
    case roleTooLow(AccessRole, needed: AccessRole)

    /// The first and the last characters, if there are enough of them that they give little away.
    static func mask(_ key: String) -> String {
        let length = key.count
        guard length >= 16 else { return String(repeating: "*", count: max(3, length)) }
        return key.prefix(5) + String(repeating: "*", count: min(length - 9, 24)) + key.suffix(4)
    }
}
