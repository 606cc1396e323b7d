/// How a confined program ended.
package struct ConfinedEnd: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// By itself with this code, or by a signal with 128 and its number.
        case exited(Int32)
        /// It was ended, as it went beyond this limit.
        case broke(SandboxLimit)
    }

    package var reason: Reason
    /// The beginning of what it wrote to its standard error.
    package var errors: String
}

/// A limit that the server watches over; those of ``SandboxLimits`` beside them are the kernel's.
package enum SandboxLimit: Sendable, Equatable {
    case wallTime, memory, files, output
}
