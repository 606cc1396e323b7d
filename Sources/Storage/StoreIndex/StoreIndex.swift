import AssistantsAPI
import Foundation
import GRDB
import Retrieval
import Synchronization

/// The index of one vector store: a database file of its own with chunks, words and vectors.
///
/// Files are indexed in batches and found once they are finished; several may be indexed at the same time. Every batch is a
/// transaction, so that a crash leaves what was finished, and unfinished files that are taken out when the index is opened
/// again. Nothing here runs on the cooperative pool but the search for words in new chunks.
package final class StoreIndex: Sendable {
    private let pool: DatabasePool
    let map: Mutex<StoreMap>
    let frequentTerms = FrequentTerms()

    /// Chunks of removed files that one step takes out: some ten milliseconds.
    private static let purgedAtOnce = 200
    /// Steps that the removal of a file takes itself. What is left is taken out in the background.
    private static let purgesOfRemoval = 5

    /// Opens the database file at `path`, or makes it. To be called where waiting for the disk does no harm.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        configuration.label = "vector store"
        configuration.prepareDatabase { db in
            if !db.configuration.readonly {
                // Count for a new file only.
                try db.execute(sql: "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL")
            }
            // Many indexes are open at a time, most of them idle.
            let kibibytes = db.configuration.readonly ? 1024 : 4096
            try db.execute(sql: "PRAGMA cache_size = -\(kibibytes); PRAGMA temp_store = MEMORY")
            try TermPostings.register(on: db)
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            map = try Mutex(
                pool.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 4194304")
                    try StoreSchema.prepare(db)
                    return try StoreMap(reading: db)
                }
            )
        } catch let error as DatabaseError {
            throw StorageError.unavailable(reason: "the index \(path) cannot be opened: \(error)")
        }
    }

    // MARK: Indexing

    /// Begins to index a file. What an earlier attempt left unfinished is gone with it; a finished version stays until this
    /// one is finished too.
    package func begin(
        _ file: Identifier<File>,
        name: String,
        attributes: Attributes
    ) async throws -> IndexingFile {
        let sequence = try await write { db in
            try db.run("UPDATE files SET state = 2 WHERE id = ? AND state = 0", [file.rawValue])
            try db.run(
                "INSERT INTO files (id, name, attributes, state) VALUES (?, ?, ?, 0)",
                [file.rawValue, name, attributes.storedJSON]
            )
            return Int(db.lastInsertedRowID)
        } then: { map, sequence in
            for (other, known) in map.files where known.id == file && !known.isVisible { map.remove(file: other) }
            map.files[sequence] = StoreMap.IndexedFile(
                id: file,
                name: name,
                attributes: attributes,
                isVisible: false
            )
        }
        try await purge(steps: 1)
        return IndexingFile(file: file, sequence: sequence, index: self)
    }

    /// Adds the next chunks of a file, in batches of some hundreds at most.
    ///
    /// Throws `VectorSpaceMismatch` when the vectors are of another model than those that the store has, and
    /// `CancellationError` when the file was removed or begun anew.
    package func append(_ chunks: [TextChunk], vectors: ChunkVectors?, to file: IndexingFile) async throws {
        guard !chunks.isEmpty else { return }
        guard let name = map.withLock({ $0.files[file.sequence]?.name }) else { throw CancellationError() }
        let batch = try ChunkBatch(chunks, vectors: vectors, filename: name)
        _ = try await write { db in
            try batch.insert(into: file.sequence, in: db)
        } then: { map, firstChunk in
            if let space = batch.space { map.space = space }
            map.append(file: file.sequence, firstChunk: firstChunk, lengths: batch.lengths)
            map.append(
                file: file.sequence,
                vectors: batch.vectors.map { (firstChunk + $0.chunk, $0.code) }
            )
        }
    }

    /// Makes a file visible to searches. Returns the bytes that it takes: of its chunks and their vectors.
    package func finish(_ file: IndexingFile) async throws -> Int {
        let bytes = try await write(durably: true) { db in
            try db.run(
                "UPDATE files SET state = 2 WHERE id = ? AND seq <> ? AND state <> 2",
                [file.file.rawValue, file.sequence]
            )
            let bytes = try db.first(
                "UPDATE files SET state = 1 WHERE seq = ? AND state <> 2 RETURNING bytes",
                [file.sequence]
            ) { $0.integer(0) }
            guard let bytes else { throw CancellationError() }
            return bytes
        } then: { map, _ in
            for (other, known) in map.files where known.id == file.file && other != file.sequence {
                map.remove(file: other)
            }
            map.files[file.sequence]?.isVisible = true
        }
        try await purge(steps: Self.purgesOfRemoval)
        return bytes
    }

    /// Gives up a file that was begun.
    package func abandon(_ file: IndexingFile) async throws {
        try await write { db in
            try db.run("UPDATE files SET state = 2 WHERE seq = ? AND state = 0", [file.sequence])
        } then: { map, _ in
            if map.files[file.sequence]?.isVisible == false { map.remove(file: file.sequence) }
        }
        try await purge(steps: Self.purgesOfRemoval)
    }

    // MARK: Files

    /// Takes a file out: it is found no more when this returns.
    package func remove(_ file: Identifier<File>) async throws {
        try await write(durably: true) { db in
            try db.run("UPDATE files SET state = 2 WHERE id = ? AND state <> 2", [file.rawValue])
        } then: { map, _ in
            for (sequence, known) in map.files where known.id == file { map.remove(file: sequence) }
        }
        try await purge(steps: Self.purgesOfRemoval)
    }

    package func setAttributes(_ attributes: Attributes, of file: Identifier<File>) async throws {
        try await write(durably: true) { db in
            try db.run(
                "UPDATE files SET attributes = ? WHERE id = ? AND state <> 2",
                [attributes.storedJSON, file.rawValue]
            )
        } then: { map, _ in
            for (sequence, known) in map.files where known.id == file {
                map.files[sequence]?.attributes = attributes
            }
        }
    }

    /// The files that are finished.
    package func files() -> Set<Identifier<File>> {
        map.withLock { map in Set(map.files.values.filter(\.isVisible).map(\.id)) }
    }

    /// What the store's vectors were made with; nil when there are none.
    package func vectorSpace() -> VectorSpace? { map.withLock { $0.space } }

    /// Bytes that a finished file takes; nil when there is none.
    package func usage(of file: Identifier<File>) async throws -> Int? {
        try await read { db in
            try db.first("SELECT bytes FROM files WHERE id = ? AND state = 1", [file.rawValue]) { $0.integer(0) }
        }
    }

    /// Chunks of a finished file in their order, beginning behind the one with the number `after`.
    package func chunks(of file: Identifier<File>, after: Int? = nil, limit: Int) async throws -> [TextChunk] {
        let sequence = map.withLock { map in map.files.first { $0.value.id == file && $0.value.isVisible }?.key }
        guard let sequence else { return [] }
        return try await read { db in
            try db.all(
                StoredChunk.columns + " WHERE file = ? AND number > ? ORDER BY number LIMIT ?",
                [sequence, after ?? -1, limit]
            ) { StoredChunk($0).chunk }
        }
    }

    // MARK: Upkeep

    /// Whoever still searches finds nothing from now on.
    func wasDeleted() { map.withLock { $0 = .ofDeletedIndex } }

    /// Takes out what removed files have left, `steps` steps at most. Returns whether there is more.
    @discardableResult
    func purge(steps: Int) async throws -> Bool {
        for _ in 0..<steps {
            let progress = try await write { db in
                try RemovedFiles(db: db).purge(limit: Self.purgedAtOnce)
            } then: { map, progress in
                if progress == .emptied { map.forgetVectors() }
            }
            if progress != .more { return false }
        }
        return true
    }

    /// Bytes of memory that could be given up.
    var matrixBytes: Int { map.withLock { $0.matrix?.bytes ?? 0 } }

    func forgetMatrix() { map.withLock { $0.forgetMatrix() } }

    /// The vectors in memory: they are read when they are needed first. Nil when there are none.
    func loadMatrix() async throws {
        guard map.withLock({ $0.space != nil && $0.matrix == nil }) else { return }
        // On the writer's turn, so that none is added meanwhile.
        try await translating {
            try await pool.writeWithoutTransaction { db in
                let snapshot = self.map.withLock { $0 }
                guard let space = snapshot.space, snapshot.matrix == nil else { return }
                let loaded = try StoredVectors.load(space, snapshot, in: db)
                self.map.withLock { $0.install(loaded) }
            }
        }
    }

    // MARK: Transactions

    func read<Value: Sendable>(_ body: @escaping @Sendable (GRDB.Database) throws -> Value) async throws -> Value {
        try await translating {
            try await pool.unsafeRead { db in try db.snapshot { try body(db) } }
        }
    }

    /// Runs `body` as a transaction, and tells memory what it did before the next one runs.
    ///
    /// - Parameter durably: whether it is to be on disk, with all that was written before, when this returns.
    @discardableResult
    private func write<Value: Sendable>(
        durably: Bool = false,
        _ body: @escaping @Sendable (GRDB.Database) throws -> Value,
        then update: @escaping @Sendable (inout StoreMap, Value) -> Void
    ) async throws -> Value {
        try await translating {
            try await pool.writeWithoutTransaction { db in
                try db.run("PRAGMA synchronous = \(durably ? "FULL" : "NORMAL")")
                try db.run("BEGIN IMMEDIATE")
                do {
                    let value = try body(db)
                    try db.run("COMMIT")
                    self.map.withLock { update(&$0, value) }
                    return value
                } catch {
                    if db.isInsideTransaction { try? db.run("ROLLBACK") }
                    throw error
                }
            }
        }
    }

    private func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw StorageError.unavailable(reason: "SQLite: \(error.message ?? "\(error.resultCode)")")
        }
    }
}

extension Attributes {
    /// As it is stored.
    fileprivate var storedJSON: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }
}
