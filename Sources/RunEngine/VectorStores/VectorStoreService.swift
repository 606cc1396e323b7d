import AssistantsAPI
import Storage
import TextExtraction

/// Vector stores, and the files in them.
package struct VectorStoreService: Sendable {
    let worker: IngestionWorker
    let activity: StoreActivity
    let reconciliation: IndexReconciliation
    let ids: IDGenerator
    let clock: WallClock

    package init(worker: IngestionWorker, activity: StoreActivity, ids: IDGenerator, clock: WallClock) {
        self.worker = worker
        self.activity = activity
        reconciliation = IndexReconciliation(worker: worker)
        self.ids = ids
        self.clock = clock
    }

    var database: Database { worker.parts.database }

    /// Throws `FileRefusal.fileNotFound`.
    package func create(_ new: NewVectorStore, in project: ProjectID) async throws -> VectorStore {
        let now = clock.now()
        let store = try await database.write { db in
            try db.create(new, in: project, at: now)
            return try db.vectorStore(new.id, in: project)
        }
        if !new.files.isEmpty { worker.wake() }
        return store
    }

    /// Throws `VectorStoreError.storeNotFound`.
    package func find(_ id: Identifier<VectorStore>, in project: ProjectID) async throws -> VectorStore {
        activity.updated(try await database.read { try $0.vectorStore(id, in: project) })
    }

    package func page(_ request: PageRequest, in project: ProjectID) async throws -> Page<VectorStore> {
        var page = try await database.read { try $0.vectorStores.page(request, of: project) }
        page.items = page.items.map(activity.updated)
        return page
    }

    /// A modification of a store. What it does not name stays.
    package struct Modification: Sendable, Equatable {
        package var name: Patch<String>
        package var expiration: Patch<VectorStore.Expiration>
        package var metadata: Patch<Metadata>

        package init(name: Patch<String>, expiration: Patch<VectorStore.Expiration>, metadata: Patch<Metadata>) {
            self.name = name
            self.expiration = expiration
            self.metadata = metadata
        }
    }

    /// Throws `VectorStoreError.storeNotFound`.
    package func modify(
        _ id: Identifier<VectorStore>,
        _ modification: Modification,
        in project: ProjectID
    ) async throws -> VectorStore {
        let store = try await database.write { db in
            var store = try db.vectorStore(id, in: project)
            modification.name.apply(to: &store.name)
            modification.expiration.apply(to: &store.expiration)
            modification.metadata.apply(to: &store.metadata, default: Metadata())
            try db.vectorStores.update(store)
            return store
        }
        return activity.updated(store)
    }

    /// Deletes a store; its files stay. When this returns it is found by no search, and its disk space is free.
    ///
    /// Throws `VectorStoreError.storeNotFound`.
    package func delete(_ id: Identifier<VectorStore>, in project: ProjectID) async throws {
        let existed = try await database.write { try $0.vectorStores.delete(id, in: project) }
        guard existed else { throw VectorStoreError.storeNotFound(id) }
        try await reconciliation.settle(id)
    }

    /// Of some ids those that are no stores of the project.
    package func missing(_ ids: [String], in project: ProjectID) async throws -> Set<String> {
        try await database.read { try $0.vectorStores.missing(ids, in: project) }
    }

    /// The extensions of those of some files that cannot be searched.
    package func unsearchableExtensions(of ids: [String], in project: ProjectID) async throws -> [String] {
        let now = clock.now()
        let files = try await database.read { try $0.files.find(ids, in: project, at: now) }
        let names = files.map(\.file).filter { !TextExtraction.isSupported(filename: $0.filename) }
        return Set(names.map(\.fileExtension)).sorted()
    }

    /// To be called when a file was deleted: when this returns no search finds it.
    package func fileWasDeleted(_ file: Identifier<File>) async throws {
        try await database.write { try $0.vectorStoreFiles.detachEverywhere(file) }
        try await reconciliation.settle(file)
    }
}
