import AssistantsAPI
import Foundation
import Logging
import NIOCore
import RunEngine
import ServiceLifecycle
import Storage
import TextExtraction

/// Vector stores on a database of their own, with everything that ingests and searches them.
final class TestLibrary: Sendable {
    let path: String
    let database: Database
    let files: FileService
    let stores: VectorStoreService
    let search: StoreSearch
    let worker: IngestionWorker
    let ids = IDGenerator(clock: .system)
    private let upkeep: VectorStoreUpkeep

    init(
        path: String? = nil,
        embeddings: (@Sendable (Database) -> CachedEmbeddings)? = nil,
        limits: IngestionWorker.Limits = IngestionWorker.Limits(firstPause: .milliseconds(10)),
        clock: WallClock = .system
    ) throws {
        let path = path ?? NSTemporaryDirectory() + "library-\(UUID().uuidString)"
        self.path = path
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try Database(directory: DataDirectory(path: path))
        self.database = database
        let contents = try FileContents(of: database)
        let parts = IngestionParts(
            database: database,
            contents: contents,
            indexes: StoreIndexes(directory: path + "/vector_stores"),
            extraction: TextExtraction(),
            embeddings: embeddings?(database)
        )
        worker = IngestionWorker(parts: parts, limits: limits, clock: clock, logger: logger)
        let activity = StoreActivity()
        let stores = VectorStoreService(worker: worker, activity: activity, ids: ids, clock: clock)
        self.stores = stores
        search = StoreSearch(worker: worker, activity: activity, clock: clock, logger: logger)
        upkeep = VectorStoreUpkeep(worker: worker, activity: activity, clock: clock, logger: logger)
        files = FileService(
            database: database,
            contents: contents,
            limits: FileLimits(),
            ids: ids,
            clock: clock,
            onDeletion: { try await stores.fileWasDeleted($0) }
        )
    }

    /// Runs `body` while files are ingested, and stops that afterwards.
    func serving<Value: Sendable>(
        _ body: @escaping @Sendable (TestLibrary) async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await self.worker.run()
                return nil
            }
            group.addTask {
                try await self.upkeep.run()
                return nil
            }
            group.addTask { try await body(self) }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }

    func upload(_ text: String, as name: String = "words.txt") async throws -> Identifier<File> {
        try await files.contents.receiving { incoming in
            try await incoming.write(ByteBuffer(string: text))
            return try await files.create(incoming, filename: name, purpose: .assistants, lifetime: nil, in: .default)
                .id
        }
    }

    func store(of files: [Identifier<File>] = []) async throws -> Identifier<VectorStore> {
        try await stores.create(NewVectorStore(id: ids.next(), files: files), in: .default).id
    }

    /// The store once none of its files is in progress.
    func settled(_ id: Identifier<VectorStore>) async throws -> VectorStore {
        while true {
            let store = try await stores.find(id, in: .default)
            if store.fileCounts.inProgress == 0 { return store }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func found(_ query: String, in store: Identifier<VectorStore>) async throws -> [Identifier<File>] {
        try await findings(query, in: store).hits.map(\.file)
    }

    func findings(_ query: String, in store: Identifier<VectorStore>) async throws -> StoreSearch.Findings {
        try await search.search([store], queries: [query], options: .init(limit: 50), in: .default)
    }
}
