import AssistantsAPI
import Storage
import Synchronization

/// When stores were searched last, until that is stored: a search need not wait for the disk.
package final class StoreActivity: Sendable {
    private let times = Mutex<[Identifier<VectorStore>: Timestamp]>([:])

    package init() {}

    func note(_ store: Identifier<VectorStore>, at time: Timestamp) {
        times.withLock { $0[store] = max($0[store] ?? time, time) }
    }

    /// The store with what is not stored yet.
    func updated(_ store: VectorStore) -> VectorStore {
        guard !store.isExpired, let time = times.withLock({ $0[store.id] }) else { return store }
        var store = store
        store.lastActiveAt = max(store.lastActiveAt, time)
        return store
    }

    /// Stores what there is.
    func store(in database: Database) async throws {
        let noted = times.withLock { $0 }
        guard !noted.isEmpty else { return }
        try await database.write { db in
            for (store, time) in noted { try db.vectorStores.noteActivity(of: store, at: time) }
        }
        times.withLock { times in
            for (store, time) in noted where times[store] == time { times[store] = nil }
        }
    }
}
