import NIOCore

/// For how long a client has let the server wait: for a request, for the rest of one, or to read its answers.
package struct ConnectionIdleness {
    let timeout: TimeAmount
    /// The next look at it.
    var check: Scheduled<Void>?
    private var lastActivity = NIODeadline.now()
    /// Bytes that the client had not read at the last look.
    private var unreadBefore = 0

    package init(timeout: TimeAmount) { self.timeout = timeout }

    package mutating func noteActivity() { lastActivity = .now() }

    /// After which time to look again; nil when the client has been idle for too long. One that reads, however slowly, is not.
    ///
    /// - Parameter isClientsTurn: whether the server has nothing to do before it hears from the client.
    package mutating func next(unread: Int, isClientsTurn: Bool) -> TimeAmount? {
        defer { unreadBefore = unread }
        if unread > 0 { return unread == unreadBefore ? nil : timeout }
        guard isClientsTurn else { return timeout }
        let rest = lastActivity + timeout - .now()
        return rest > .nanoseconds(0) ? rest : nil
    }
}
