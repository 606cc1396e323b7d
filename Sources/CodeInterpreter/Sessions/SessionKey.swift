/// Whose interpreter it is: one thread has one.
package struct SessionKey: Hashable, Sendable {
    /// The thread's id.
    package let thread: String

    package init(thread: String) { self.thread = thread }
}
