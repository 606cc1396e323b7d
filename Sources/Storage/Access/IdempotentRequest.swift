import AssistantsAPI
import Synchronization

/// A request with an `Idempotency-Key` while it is carried out, reachable by all that is done for it.
///
/// `Database` records it in the transaction of each change that it makes: what was changed and that it was
/// changed are on disk together, so a repeat never changes it twice.
package final class IdempotentRequest: Sendable {
    /// The request that this task works for; nil for most.
    @TaskLocal package static var current: IdempotentRequest?

    /// The run by which a repeat finds its answer.
    package struct FollowedRun: Sendable, Equatable {
        package let thread: Identifier<AssistantThread>
        package let run: Identifier<Run>
        /// The message that asked for the run, where the answer names it.
        package let message: Identifier<Message>?
        /// The run's event, counted from 1, before those that belong to this answer; 0 when all do.
        package let afterEvent: Int

        package init(
            thread: Identifier<AssistantThread>,
            run: Identifier<Run>,
            message: Identifier<Message>?,
            afterEvent: Int
        ) {
            self.thread = thread
            self.run = run
            self.message = message
            self.afterEvent = afterEvent
        }
    }

    private struct State {
        var isOpen = true
        var hasChanges = false
        var run: FollowedRun?
        var fingerprint: Digest?

        mutating func beginChange() -> Bool {
            guard isOpen, fingerprint != nil else { return false }
            hasChanges = true
            return true
        }
    }

    package let project: ProjectID
    package let key: String
    /// Tells this request from a repeat of it.
    package let owner: String
    package let createdAt: Timestamp
    private let state: Mutex<State>

    /// - Parameter fingerprint: nil when it depends on a body that is only read while the request is carried out. What is
    ///   changed before `recognise(by:)` is not recorded.
    package init(project: ProjectID, key: String, fingerprint: Digest?, owner: String, createdAt: Timestamp) {
        self.project = project
        self.key = key
        self.owner = owner
        self.createdAt = createdAt
        state = Mutex(State(fingerprint: fingerprint))
    }

    /// Says, before anything is stored, what a repeat of the request is recognised by.
    package func recognise(by fingerprint: Digest) { state.withLock { $0.fingerprint = fingerprint } }

    /// What a repeat of the request is recognised by; nil when that is not known yet.
    package var fingerprint: Digest? { state.withLock { $0.fingerprint } }

    /// Says, before it is stored, that the answer is told by this run: a repeat follows it and starts no other.
    package func follow(
        _ run: Identifier<Run>,
        of thread: Identifier<AssistantThread>,
        askedBy message: Identifier<Message>? = nil,
        after event: Int = 0
    ) {
        let followed = FollowedRun(thread: thread, run: run, message: message, afterEvent: event)
        state.withLock { $0.run = followed }
    }

    /// The request was carried out. What its tasks still write belongs to nobody's answer.
    package func close() { state.withLock { $0.isOpen = false } }

    package var followedRun: FollowedRun? { state.withLock { $0.run } }

    /// Whether a change was handed to the store, be it that it failed.
    package var hasChanges: Bool { state.withLock { $0.hasChanges } }

    /// The request that a change which begins now is made for.
    static func changing() -> IdempotentRequest? {
        guard let current, current.state.withLock({ $0.beginChange() }) else { return nil }
        return current
    }
}
