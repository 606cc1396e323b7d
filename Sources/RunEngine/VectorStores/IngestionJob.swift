import AssistantsAPI
import Storage
import Synchronization

/// A file that this process ingests into a store just now.
final class IngestionJob: Sendable {
    /// A file in a store is ingested once at a time.
    struct Place: Hashable, Sendable {
        var store: Identifier<VectorStore>
        var file: Identifier<File>
    }

    /// Why it is to stop before its end.
    enum Stop: Sendable {
        /// The file was taken out, or its ingestion was cancelled.
        case unwanted
        /// The process is going down; the next one begins again.
        case shutdown
    }

    let claim: IngestionClaim
    private let stopped: Mutex<Stop?>
    private let task: Task<Void, Never>

    /// Begins the job.
    init(_ claim: IngestionClaim, work: @escaping @Sendable (IngestionClaim) async -> Void) {
        self.claim = claim
        stopped = Mutex(nil)
        task = Task { await work(claim) }
    }

    var place: Place { Place(store: claim.store, file: claim.file) }

    var stop: Stop? { stopped.withLock { $0 } }

    /// Tells it to stop; `ended()` tells when it has. The first reason counts.
    func stop(_ reason: Stop) {
        stopped.withLock { $0 = $0 ?? reason }
        task.cancel()
    }

    /// Returns when nothing of it is at work any more.
    func ended() async { await task.value }
}
