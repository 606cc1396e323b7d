/// What happens when a run is asked for on a thread that has one which has not ended.
package enum ActiveRunPolicy: String, Sendable, CaseIterable {
    /// The new one is refused, as OpenAI's service did.
    case reject
    /// The new one waits until those before it have ended.
    case enqueue
    /// Those before it are cancelled, and the new one follows them.
    case interrupt
}
