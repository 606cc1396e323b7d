import AssistantsAPI
import CSQLiteMemory
import Dispatch
import GRDB

/// The durable store: SQLite in WAL mode, every commit on disk before anyone hears of it.
///
/// `read` and `write` take a synchronous closure, which sees one state of the store and runs on a thread of the database's
/// own, never on the cooperative pool. Reads see the last commit and never wait for writes.
package final class Database: Sendable {
    private let pool: DatabasePool
    private let commits: GroupCommit
    private let reads: SnapshotReads
    let directory: DataDirectory
    private let probe: WriteProbe
    private let settingsCache = RunSettingsCache()
    private let lease: WorkerLease

    /// What a connection keeps of the file at most. It takes memory only as pages are touched.
    private static let writerCacheKibibytes = 16 << 10
    /// A reader's holds the pages of some hundred threads of a large database, twenty messages of each, that lie a page apart.
    private static let readerCacheKibibytes = 32 << 10

    /// Opens, and brings up to date, the database in `directory`.
    package init(directory: DataDirectory) throws {
        self.directory = directory
        sqlite_memory_stop_counting()
        var configuration = Configuration()
        // The pool keeps the write-ahead log and writes; what reads is `SnapshotReads`.
        configuration.maximumReaderCount = 1
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.label = "database"
        // Behind those who read and answer where processors are busy: more then waits for the next commit and shares it.
        configuration.qos = .utility
        configuration.prepareDatabase { db in
            let cache = db.configuration.readonly ? Self.readerCacheKibibytes : Self.writerCacheKibibytes
            try db.execute(sql: "PRAGMA cache_size = -\(cache); PRAGMA temp_store = MEMORY")
        }
        // What SQLite puts beside it has the same mode.
        try DiskFile.makePrivate(directory.databasePath)
        do {
            pool = try DatabasePool(path: directory.databasePath, configuration: configuration)
            try Migrations.migrator.migrate(pool)
            // GRDB sets NORMAL when it opens a pool; with it a power cut could lose acknowledged commits.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000")
            }
            // The directory is this process's alone: whoever had runs before it is gone.
            lease = try pool.write { db in
                let workers = WorkerRepository(db: db)
                try workers.withdrawAll()
                try SearchRepository(db: db).adoptRules()
                return WorkerLease(worker: try workers.register())
            }
        } catch {
            throw StorageError.unavailable(reason: "the database cannot be opened: \(error)")
        }
        configuration.readonly = true
        configuration.qos = .userInitiated
        reads = SnapshotReads(path: directory.databasePath, configuration: configuration)
        commits = GroupCommit(pool: pool) { [settingsCache] in settingsCache.forgetAll() }
        probe = WriteProbe(path: directory.databasePath)
    }

    /// Runs `body` on a snapshot of the last commit.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        do {
            return try await reads.perform { [settingsCache, lease] db in
                try body(Connection(db, settingsCache, lease))
            }
        } catch {
            throw Self.translated(error)
        }
    }

    /// Runs `body` in a transaction and returns when that is on disk. When `body` throws, nothing of it is kept.
    ///
    /// Transactions run in the order in which they were handed in. Those that wait at the same time share one commit;
    /// `body` may therefore run a second time, on its own, after its first attempt was rolled back.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(body) { continuation.resume(with: $0) }
        }
    }

    /// Hands a transaction in and returns at once. `done` is told what came of it once it is on disk, or has failed, by the
    /// thread that writes, which is not to be kept; when too much waits already, by the caller's, before this returns.
    ///
    /// Else it is like `write`, whose order it shares.
    package func submit<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value,
        then done: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        commits.submit(job(body, then: done))
    }

    /// A transaction that was handed in and can be taken back for some milliseconds.
    package struct Postponed: Sendable {
        fileprivate let number: Int
    }

    /// Like `submit`, for what nobody waits for yet: it goes to disk ten milliseconds later at most, and when somebody comes to wait
    /// (`hurry`). Until then it can be taken back. What is handed in meanwhile may go to disk before it.
    ///
    /// - Returns: nil when too much waits already, which `done` has been told then.
    package func postpone<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value,
        then done: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> Postponed? {
        commits.postpone(job(body, then: done)).map(Postponed.init)
    }

    /// Takes a transaction back; `done` is told nothing then. Returns false when it is on its way to the disk: what is handed in
    /// from now on goes there behind it.
    package func takeBack(_ transaction: Postponed) -> Bool { commits.takeBack(transaction.number) }

    /// Somebody waits for what was handed in so far.
    package func hurry() { commits.hurry() }

    private func job<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value,
        then done: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> GroupCommit.Job {
        let request = IdempotentRequest.changing()
        return GroupCommit.Job(
            execute: { [settingsCache, lease] db in
                let connection = Connection(db, settingsCache, lease)
                let value = try body(connection)
                if let request { try connection.idempotency.put(request) }
                return { done(.success(value)) }
            },
            fail: { done(.failure(Self.translated($0))) }
        )
    }

    /// How many writes were asked for since the database was opened: who works in the background sees whether others write, too.
    package var writesSoFar: Int { commits.submitted }

    /// How many reads were asked for, likewise.
    package var readsSoFar: Int { reads.submitted }

    /// What SQLite refuses is a state of the store, not a fault of the caller.
    private static func translated(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return StorageError.unavailable(reason: "SQLite: \(error.message ?? "\(error.resultCode)")")
    }

    /// Checks that the database accepts a write. Throws the reason when it does not within two seconds.
    package func checkWritable() async throws {
        try await probe.check { try await self.write { try $0.touch() } }
    }

    /// Folds the write-ahead log into the database file, so that this file alone is the whole store, ends all
    /// connections and gives the data directory up.
    package func close() throws {
        commits.hurry()
        try reads.close()
        // GRDB closes the writer before the readers, which may not fold the log.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try pool.close()
        directory.release()
    }
}

/// A connection inside a transaction, as the repositories that work on it.
package struct Connection {
    let db: GRDB.Database

    private let settingsCache: RunSettingsCache
    private let lease: WorkerLease

    init(_ db: GRDB.Database, _ settingsCache: RunSettingsCache, _ lease: WorkerLease) {
        self.db = db
        self.settingsCache = settingsCache
        self.lease = lease
    }

    package var assistants: AssistantRepository { AssistantRepository(db: db) }
    package var threads: ThreadRepository { ThreadRepository(db: db) }
    package var threadData: ThreadDataRepository { ThreadDataRepository(db: db) }
    package var messages: MessageRepository { MessageRepository(db: db) }
    package var runs: RunRepository { RunRepository(db: db, settingsCache: settingsCache, lease: lease) }
    package var runSteps: RunStepRepository { RunStepRepository(db: db) }
    package var workers: WorkerRepository { WorkerRepository(db: db) }
    package var search: SearchRepository { SearchRepository(db: db) }
    package var imports: ImportRepository { ImportRepository(db: db) }
    package var embeddings: EmbeddingRepository { EmbeddingRepository(db: db) }
    package var projects: ProjectRepository { ProjectRepository(db: db) }
    package var apiKeys: APIKeyRepository { APIKeyRepository(db: db) }
    package var idempotency: IdempotencyRepository { IdempotencyRepository(db: db) }
    package var files: FileRepository { FileRepository(db: db) }
    package var uploads: UploadRepository { UploadRepository(db: db) }
    package var contents: ContentRepository { ContentRepository(db: db) }
    package var vectorStores: VectorStoreRepository { VectorStoreRepository(db: db) }
    package var vectorStoreFiles: VectorStoreFileRepository { VectorStoreFileRepository(db: db, lease: lease) }
    package var vectorStoreFileBatches: VectorStoreFileBatchRepository { VectorStoreFileBatchRepository(db: db) }
    package var vectorStoreIndexChanges: VectorStoreIndexChanges { VectorStoreIndexChanges(db: db) }

    func touch() throws {
        try db.run("UPDATE write_probe SET count = count + 1 WHERE id = 1")
    }
}
