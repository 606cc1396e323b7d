import Synchronization

/// A text that comes piece by piece from another thread.
final class TextSoFar: Sendable {
    private let text = Mutex("")

    var value: String { text.withLock { $0 } }

    func append(_ piece: String) { text.withLock { $0 += piece } }
}
