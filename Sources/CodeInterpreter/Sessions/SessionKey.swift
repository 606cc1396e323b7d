/// Whose interpreter it is: one thread has one.
package struct SessionKey: Hashable, Sendable {
    /// The thread's id.
    package let thread: String

    package init(thread: String) { self.thread = thread }

    /// As another server names it; nil for a name that cannot be one.
    package init?(named name: String) {
        guard CodeRunnerProtocol.isName(name) else { return nil }
        thread = name
    }
}
