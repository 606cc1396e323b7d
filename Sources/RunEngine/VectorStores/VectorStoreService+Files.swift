import AssistantsAPI
import Retrieval
import Storage
import TextExtraction

extension VectorStoreService {
    package typealias Addition = VectorStoreFileRepository.Addition

    /// Puts a file into a store; it is ingested later.
    ///
    /// Throws `FileRefusal.fileNotFound`, or `VectorStoreError.storeNotFound`, `.storeExpired`, `.storeFull` or
    /// `.unsupportedFiles`.
    package func attach(
        _ addition: Addition,
        to store: Identifier<VectorStore>,
        in project: ProjectID
    ) async throws -> VectorStoreFile {
        let now = clock.now()
        let (file, restarts) = try await database.write { db in
            _ = try db.usableVectorStore(store, in: project)
            if let file = try db.files.find(addition.file, in: project)?.file,
                !TextExtraction.isSupported(filename: file.filename)
            {
                throw VectorStoreError.unsupportedFiles(extensions: [file.fileExtension])
            }
            let attached = try db.attach([addition], to: store, in: project, at: now)
            guard let file = try db.vectorStoreFiles.find(addition.file, of: store) else {
                throw VectorStoreError.notInStore(addition.file, store)
            }
            return (file, attached.restarted)
        }
        await follow(restarts, in: store)
        try await reconciliation.settle(addition.file, of: store)
        return file
    }

    /// Has the worker take up what was put into a store.
    private func follow(_ restarted: [Identifier<File>], in store: Identifier<VectorStore>) async {
        if !restarted.isEmpty {
            let files = Set(restarted)
            await worker.stop { $0.store == store && files.contains($0.file) }
        }
        worker.wake()
    }

    /// Throws `VectorStoreError.storeNotFound` or `.notInStore`.
    ///
    /// - Parameter hold: how long the answer may wait for the end of the ingestion.
    package func file(
        _ id: Identifier<File>,
        of store: Identifier<VectorStore>,
        in project: ProjectID,
        holdingAtMost hold: Duration = .zero
    ) async throws -> VectorStoreFile {
        try await patiently(hold) { file in
            file.state == .inProgress
        } reading: {
            try await database.read { try $0.file(id, of: store, in: project) }
        }
    }

    /// Reads something again and again while it is at work, for as long as `hold` lets it.
    private func patiently<Value>(
        _ hold: Duration,
        while isAtWork: (Value) -> Bool,
        reading read: () async throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + hold
        var pause = Duration.milliseconds(10)
        while true {
            let value = try await read()
            guard isAtWork(value), ContinuousClock.now + pause < deadline else { return value }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Throws `VectorStoreError.storeNotFound`.
    ///
    /// - Parameter status: only files in this state.
    package func files(
        _ request: PageRequest,
        of store: Identifier<VectorStore>,
        status: VectorStoreFile.Status?,
        in project: ProjectID
    ) async throws -> Page<VectorStoreFile> {
        try await database.read { db in
            _ = try db.vectorStore(store, in: project)
            return try db.vectorStoreFiles.page(request, of: store, status: status)
        }
    }

    /// Replaces the attributes of a file in a store. When this returns, searches know.
    ///
    /// Throws `VectorStoreError.storeNotFound` or `.notInStore`.
    package func setAttributes(
        _ attributes: Attributes,
        of id: Identifier<File>,
        of store: Identifier<VectorStore>,
        in project: ProjectID
    ) async throws -> VectorStoreFile {
        let file = try await database.write { db in
            var file = try db.file(id, of: store, in: project)
            try db.vectorStoreFiles.setAttributes(attributes, of: id, in: store)
            file.attributes = attributes
            return file
        }
        try await reconciliation.settle(id, of: store)
        return file
    }

    /// Takes a file out of a store; the file stays. When this returns no search of the store finds it.
    ///
    /// Throws `VectorStoreError.storeNotFound` or `.notInStore`.
    package func detach(
        _ id: Identifier<File>,
        from store: Identifier<VectorStore>,
        in project: ProjectID
    ) async throws {
        try await database.write { db in
            _ = try db.vectorStore(store, in: project)
            guard try db.vectorStoreFiles.detach(id, from: store) else { throw VectorStoreError.notInStore(id, store) }
        }
        try await reconciliation.settle(id, of: store)
    }

    /// The text of a file in a store, some chunks at a time; of a file that is not completed there is none.
    ///
    /// Throws `VectorStoreError.storeNotFound` or `.notInStore`.
    package func content(
        of id: Identifier<File>,
        of store: Identifier<VectorStore>,
        in project: ProjectID
    ) async throws -> StoredText {
        let (file, keepsIndex) = try await database.read { db in
            let isExpired = try db.vectorStore(store, in: project).isExpired
            return (try db.file(id, of: store, in: project), !isExpired)
        }
        guard case .completed = file.state, keepsIndex else { return StoredText(file: id, index: nil) }
        return StoredText(file: id, index: try await worker.index(of: store))
    }

    // MARK: Batches

    /// Puts files into a store, as a batch.
    ///
    /// Throws `FileRefusal.fileNotFound`, or `VectorStoreError.storeNotFound`, `.storeExpired` or `.storeFull`. Files that
    /// cannot be read are told by their state.
    package func createBatch(
        of additions: [Addition],
        in store: Identifier<VectorStore>,
        project: ProjectID
    ) async throws -> VectorStoreFileBatch {
        let (id, now) = (ids.next(VectorStoreFileBatch.self), clock.now())
        let (batch, restarts) = try await database.write { db in
            _ = try db.usableVectorStore(store, in: project)
            let attached = try db.attach(additions, to: store, in: project, at: now)
            try db.vectorStoreFileBatches.insert(id, of: store, attached, at: now)
            return (try db.batch(id, of: store, in: project), attached.restarted)
        }
        await follow(restarts, in: store)
        try await reconciliation.settleFiles(of: store)
        return batch
    }

    /// Throws `VectorStoreError.storeNotFound` or `.batchNotFound`.
    ///
    /// - Parameter hold: how long the answer may wait for the end of the ingestion.
    package func batch(
        _ id: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>,
        in project: ProjectID,
        holdingAtMost hold: Duration = .zero
    ) async throws -> VectorStoreFileBatch {
        try await patiently(hold) { batch in
            batch.status == .inProgress
        } reading: {
            try await database.read { try $0.batch(id, of: store, in: project) }
        }
    }

    /// Stops the files of a batch that are in progress. A batch that has ended stays as it is.
    ///
    /// Throws `VectorStoreError.storeNotFound` or `.batchNotFound`.
    package func cancelBatch(
        _ id: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>,
        in project: ProjectID
    ) async throws -> VectorStoreFileBatch {
        let (batch, stopped) = try await database.write { db in
            _ = try db.batch(id, of: store, in: project)
            let stopped = try db.vectorStoreFileBatches.cancel(id)
            return (try db.batch(id, of: store, in: project), stopped)
        }
        if !stopped.isEmpty {
            let files = Set(stopped)
            await worker.stop { $0.store == store && files.contains($0.file) }
        }
        return batch
    }

    /// Throws `VectorStoreError.storeNotFound` or `.batchNotFound`.
    ///
    /// - Parameter status: only files in this state.
    package func files(
        _ request: PageRequest,
        of batch: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>,
        status: VectorStoreFile.Status?,
        in project: ProjectID
    ) async throws -> Page<VectorStoreFile> {
        try await database.read { db in
            _ = try db.batch(batch, of: store, in: project)
            return try db.vectorStoreFiles.page(request, of: batch, status: status)
        }
    }
}

extension Connection {
    /// Throws `VectorStoreError.storeNotFound` or `.notInStore`.
    fileprivate func file(
        _ id: Identifier<File>,
        of store: Identifier<VectorStore>,
        in project: ProjectID
    ) throws -> VectorStoreFile {
        _ = try vectorStore(store, in: project)
        guard let file = try vectorStoreFiles.find(id, of: store) else { throw VectorStoreError.notInStore(id, store) }
        return file
    }

    /// Throws `VectorStoreError.storeNotFound` or `.batchNotFound`.
    fileprivate func batch(
        _ id: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>,
        in project: ProjectID
    ) throws -> VectorStoreFileBatch {
        _ = try vectorStore(store, in: project)
        guard let batch = try vectorStoreFileBatches.find(id, of: store) else {
            throw VectorStoreError.batchNotFound(id)
        }
        return batch
    }
}
