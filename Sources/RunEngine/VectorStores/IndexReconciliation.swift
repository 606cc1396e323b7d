import AssistantsAPI
import Storage

/// Brings the indexes of stores in line with the database, where rows of `vector_store_index_changes` say that they may
/// differ. What it does may be done twice; what a crash interrupts is done at the next start.
package struct IndexReconciliation: Sendable {
    let worker: IngestionWorker

    private var database: Database { worker.parts.database }
    private var indexes: StoreIndexes { worker.parts.indexes }

    /// Changes in one step.
    private static let batch = 100

    package init(worker: IngestionWorker) { self.worker = worker }

    /// Sees to a file that was taken out of a store, or was described anew: when this returns, searches know.
    func settle(_ file: Identifier<File>, of store: Identifier<VectorStore>) async throws {
        try await settle(try await database.read { try $0.vectorStoreIndexChanges.all(of: store, file) })
    }

    /// Sees to a file that is gone: when this returns, no search finds it.
    func settle(_ file: Identifier<File>) async throws {
        try await settle(try await database.read { try $0.vectorStoreIndexChanges.all(of: file) })
    }

    /// Sees to all files of a store: when this returns, its searches know.
    func settleFiles(of store: Identifier<VectorStore>) async throws {
        try await settle(try await database.read { try $0.vectorStoreIndexChanges.all(of: store) })
    }

    /// Sees to a store that is gone: when this returns, its disk space is free.
    func settle(_ store: Identifier<VectorStore>) async throws {
        try await settle(try await database.read { try $0.vectorStoreIndexChanges.whole(store) })
    }

    /// Sees to all changes that there are.
    func settleAll() async throws {
        var last: VectorStoreIndexChanges.Change?
        while true {
            let (limit, after) = (Self.batch, last)
            let changes = try await database.read { try $0.vectorStoreIndexChanges.next(limit: limit, after: after) }
            guard !changes.isEmpty else { return }
            last = changes.last
            try await settle(changes)
        }
    }

    private func settle(_ changes: [VectorStoreIndexChanges.Change]) async throws {
        guard !changes.isEmpty else { return }
        for change in changes {
            switch try await target(of: change) {
            case .noStore:
                await worker.stop { $0.store == change.store }
                try await indexes.delete(change.store)
            case .absent(let file):
                await worker.stop { $0 == IngestionJob.Place(store: change.store, file: file) }
                try await update(file, change)
            case .present(let file, _): try await update(file, change)
            case .asItIs: break
            }
        }
        try await database.write { try $0.vectorStoreIndexChanges.settle(changes) }
    }

    /// Changes the index as the database has it once nobody else changes it.
    private func update(_ file: Identifier<File>, _ change: VectorStoreIndexChanges.Change) async throws {
        let place = IngestionJob.Place(store: change.store, file: file)
        await worker.places.take(place)
        defer { worker.places.giveBack(place) }
        switch try await target(of: change) {
        case .absent(let file): try await indexes.index(of: change.store).remove(file)
        case .present(let file, let attributes):
            try await indexes.index(of: change.store).setAttributes(attributes, of: file)
        case .asItIs, .noStore: break
        }
    }

    private func target(of change: VectorStoreIndexChanges.Change) async throws -> VectorStoreIndexChanges.Target {
        try await database.read { try $0.vectorStoreIndexChanges.target(of: change) }
    }
}
