import Storage
import Synchronization

/// Which requests with an `Idempotency-Key` are being carried out by this process. A repeat waits for the first.
final class RequestsInProgress: Sendable {
    struct Slot: Hashable, Sendable {
        let project: ProjectID
        let key: String
    }

    enum Claim: Sendable {
        /// The caller is the first, and must call `end`.
        case begun
        /// The same request is being carried out; the stream ends when it is through.
        case running(until: AsyncStream<Void>)
        /// Another request with this key is being carried out.
        case otherRequest
        /// So many wait for the first one that another is refused.
        case crowded
    }

    private struct Entry {
        let fingerprint: Digest
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private static let waitingLimit = 100

    private let entries = Mutex<[Slot: Entry]>([:])

    func begin(_ slot: Slot, _ fingerprint: Digest) -> Claim {
        entries.withLock { entries in
            guard let entry = entries[slot] else {
                entries[slot] = Entry(fingerprint: fingerprint)
                return .begun
            }
            guard entry.fingerprint == fingerprint else { return .otherRequest }
            guard entry.waiting.count < Self.waitingLimit else { return .crowded }
            let (end, continuation) = AsyncStream.makeStream(of: Void.self)
            entries[slot]?.waiting.append(continuation)
            return .running(until: end)
        }
    }

    func end(_ slot: Slot) {
        let entry = entries.withLock { $0.removeValue(forKey: slot) }
        for waiting in entry?.waiting ?? [] { waiting.finish() }
    }
}
