import AssistantsAPI
import Storage

/// What several services do with stores inside a transaction of theirs.
extension Connection {
    /// A store of a project. Throws `VectorStoreError.storeNotFound`.
    func vectorStore(_ id: Identifier<VectorStore>, in project: ProjectID) throws -> VectorStore {
        guard let store = try vectorStores.find(id, in: project) else { throw VectorStoreError.storeNotFound(id) }
        return store
    }

    /// A store of a project that can be searched and changed. Throws `VectorStoreError.storeNotFound` or `.storeExpired`.
    func usableVectorStore(_ id: Identifier<VectorStore>, in project: ProjectID) throws -> VectorStore {
        let store = try vectorStore(id, in: project)
        guard !store.isExpired else { throw VectorStoreError.storeExpired(id) }
        return store
    }

    /// Makes a store, and puts its files into it. Throws `FileRefusal.fileNotFound` or
    /// `VectorStoreError.storeFull`.
    func create(_ new: NewVectorStore, in project: ProjectID, at time: Timestamp) throws {
        let store = VectorStore(
            id: new.id,
            createdAt: time,
            name: new.name,
            description: new.description,
            expiration: new.expiration,
            metadata: new.metadata
        )
        try vectorStores.insert(store, in: project)
        guard !new.files.isEmpty else { return }
        let additions = new.files.map { VectorStoreFileRepository.Addition(file: $0, chunking: new.chunking) }
        _ = try attach(additions, to: new.id, in: project, at: time)
    }

    /// Puts files into a store that has been found in this transaction.
    ///
    /// Throws `FileRefusal.fileNotFound` for the first file that the project does not have, or
    /// `VectorStoreError.storeFull`.
    func attach(
        _ additions: [VectorStoreFileRepository.Addition],
        to store: Identifier<VectorStore>,
        in project: ProjectID,
        at time: Timestamp
    ) throws -> VectorStoreFileRepository.Attached {
        let known = Set(try files.find(additions.map(\.file.rawValue), in: project, at: time).map(\.file.id))
        if let unknown = additions.first(where: { !known.contains($0.file) }) {
            throw FileRefusal.fileNotFound(unknown.file)
        }
        do {
            return try vectorStoreFiles.attach(additions, to: store, in: project, at: time)
        } catch is VectorStoreIsFull {
            throw VectorStoreError.storeFull(store)
        }
    }
}
