/// What the interpreters of a runner are and hold at a moment.
package struct InterpreterLoad: Sendable, Equatable {
    package let sessions: Int
    /// Of the sessions, those with a cell that runs.
    package let atWork: Int
    /// Interpreters that wait for a session of their own.
    package let warm: Int
    /// In bytes, as last looked at.
    package let memory: Int
}
