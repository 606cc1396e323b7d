import Synchronization

/// Lets one task at a time decide what becomes of the bytes with a digest: whether they are kept for one more file, or
/// are needed by none and go.
final class ContentLock: Sendable {
    /// Who waits for each digest that is being decided about.
    private let waiting = Mutex<[Digest: [CheckedContinuation<Void, Never>]]>([:])

    /// Waits for its turn. Whoever has it gives it back.
    func take(_ content: Digest) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[content] != nil else {
                    waiting[content] = []
                    return true
                }
                waiting[content]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack(_ content: Digest) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard waiting[content]?.isEmpty == false else {
                waiting[content] = nil
                return nil
            }
            return waiting[content]?.removeFirst()
        }
        next?.resume()
    }
}
