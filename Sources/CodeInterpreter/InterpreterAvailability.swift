/// Whether code can be run at all.
package enum InterpreterAvailability: Sendable, Equatable {
    case available
    /// Nothing is run, in whatever way.
    case unavailable(reason: String, remedy: String)
}
