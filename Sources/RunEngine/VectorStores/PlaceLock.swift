import Synchronization

/// Lets one task at a time change what a store's index holds of a file: an ingestion, or the removal of what is left of
/// one. Others wait in the order in which they came.
final class PlaceLock: Sendable {
    /// Who waits for each place that is taken.
    private let waiting = Mutex<[IngestionJob.Place: [CheckedContinuation<Void, Never>]]>([:])

    /// Waits for its turn. Whoever has it gives it back.
    func take(_ place: IngestionJob.Place) async {
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                guard waiting[place] != nil else {
                    waiting[place] = []
                    return true
                }
                waiting[place]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack(_ place: IngestionJob.Place) {
        let next: CheckedContinuation<Void, Never>? = waiting.withLock { waiting in
            guard waiting[place]?.isEmpty == false else {
                waiting[place] = nil
                return nil
            }
            return waiting[place]?.removeFirst()
        }
        next?.resume()
    }
}
