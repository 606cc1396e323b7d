import AssistantsAPI
import DataTables
import Foundation
import Logging
import SignageAnalyst
import Storage
import Synchronization

/// The tables of threads: for each thread that has data one folder, made when somebody first asks a question of it and used
/// until there is other data. What is new is loaded then, and the tables of the rest are taken over.
///
/// The folders are in one of their own, are bounded in number and size (those that were used longest ago go first), and are
/// worth nothing to the next process.
package final class ThreadTables: Sendable {
    /// What all threads together may take.
    package struct Limits: Sendable {
        package var files: Int
        package var bytes: Int
        /// Bytes of the tables of one thread.
        package var fileBytes: Int

        package init(files: Int = 256, bytes: Int = 4 << 30, fileBytes: Int = 2 << 30) {
            self.files = files
            self.bytes = bytes
            self.fileBytes = fileBytes
        }
    }

    let database: Database
    let names: FieldNames
    let directory: String
    private let uploads: UploadedTables?
    private let limits: Limits
    private let clock: WallClock
    private let cache: Mutex<ThreadTablesCache>
    /// Where tables are made. One at a time: it is the disk and the processor that set the pace.
    private let building = AnalysisQueue()
    /// Where questions are answered, so that a short one does not wait for tables that are being made.
    private let asking = AnalysisQueue()

    /// - Parameters:
    ///   - directory: The folder, for these files alone; made when it is needed.
    ///   - uploads: Opens the files of threads; nil in a server that keeps none.
    ///   - names: Names of fields and tables that a user has added.
    package init(
        database: Database,
        directory: String,
        uploads: UploadedTables? = nil,
        names: FieldNames = .none,
        limits: Limits = Limits(),
        clock: WallClock = .system
    ) {
        self.database = database
        self.directory = directory
        self.uploads = uploads
        self.names = names
        self.limits = limits
        self.clock = clock
        cache = Mutex(ThreadTablesCache(files: limits.files, bytes: limits.bytes))
    }

    /// Removes what a former process left. To be called before anybody asks.
    package func clear() throws {
        if FileManager.default.fileExists(atPath: directory) { try FileManager.default.removeItem(atPath: directory) }
    }

    // MARK: Tables

    /// The tables of a thread's data as it is stored now; nil when it has none.
    ///
    /// - Parameter files: Ids of files that are data of it beside those of its messages.
    func tables(
        of thread: Identifier<AssistantThread>,
        sharing files: [String]
    ) async throws -> TableFile? {
        let known = cache.withLock { $0.state(of: thread) }
        let now = clock.now()
        let read = try await database.read { db -> (state: ThreadDataState, files: [StoredFile])? in
            guard let state = try known.updated(in: thread, db), let project = try db.threads.project(of: thread) else {
                return nil
            }
            let shared = try db.threads.find(thread)?.toolResources.fileIDs ?? []
            let ids = state.attached + shared + files
            let found = ids.isEmpty ? [] : try db.files.find(ids, in: project, at: now)
            return (state, found.filter { UploadedTables.isTable(filename: $0.file.filename) })
        }
        guard let read else {
            remove(thread)
            return nil
        }
        let key = ThreadTablesCache.Key(data: read.state.version, files: read.files.map(\.file.id.rawValue).sorted())
        let hasFiles = !read.files.isEmpty && uploads != nil
        guard read.state.revision > 0 || !read.state.pasted.isEmpty || hasFiles else {
            cache.withLock { $0.put(read.state, nil, of: thread) }
            return nil
        }
        if let file = cache.withLock({ $0.file(of: thread, key: key, state: read.state) }) { return file }
        let file = try await build(read.state, read.files, of: thread)
        cache.withLock { $0.put(read.state, (key, file), of: thread) }
        // It may have been deleted while its tables were made.
        if try await database.read({ try $0.threads.project(of: thread) }) == nil { remove(thread) }
        return file
    }

    /// Forgets a thread that is gone.
    func remove(_ thread: Identifier<AssistantThread>) { cache.withLock { $0.remove(thread) } }

    /// Answers a question over tables, off the cooperative pool.
    ///
    /// - Parameter body: Is told by its second argument, over and over, whether the answer is wanted no more.
    func ask<Value: Sendable>(
        _ file: TableFile,
        _ body: @escaping @Sendable (TableQueries, @escaping @Sendable () -> Bool) throws -> Value
    ) async throws -> Value {
        try await Cancellable.run { isCancelled in
            try await self.asking.perform { try body(TableQueries(path: file.path), isCancelled) }
        }
    }

    // MARK: Building

    private func build(
        _ state: ThreadDataState,
        _ files: [StoredFile],
        of thread: Identifier<AssistantThread>
    ) async throws -> TableFile {
        let (tables, sayings) = try await database.read { db in
            (try db.threadData.tables(of: thread), try db.messages.sayings(of: thread, at: state.pasted))
        }
        let path = "\(directory)/\(thread.rawValue)-\(RandomWords.pair().0)"
        let former = cache.withLock { $0.file(of: thread) }
        return try await Cancellable.run { isCancelled in
            try await self.building.perform {
                try FileManager.default.createDirectory(
                    atPath: self.directory,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            }
            let opened =
                try await self.uploads?.open(files, folder: self.directory, former: former) ?? UploadedTables.Opened()
            return try await self.building.perform {
                var conversation = ConversationTables(names: self.names)
                var rest = sayings[...]
                for table in tables {
                    while let next = rest.first, next.sequence <= table.afterMessage {
                        conversation.add(message: next.content.plainText)
                        rest.removeFirst()
                    }
                    conversation.add(table.name, json: table.json)
                }
                for saying in rest { conversation.add(message: saying.content.plainText) }
                let making = TableMaking(
                    path: path,
                    limit: self.limits.fileBytes,
                    names: self.names,
                    former: former,
                    isCancelled: isCancelled
                )
                return try making.make(of: conversation.sources.map { TableData($0) } + opened.data)
            }
        }
    }
}
