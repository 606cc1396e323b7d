import AssistantsAPI
import Foundation
import Synchronization

/// The indexes of all vector stores: a database file for each, opened when it is needed.
///
/// The least recently used are closed when many are open, and their vectors leave memory when these take too much. An index
/// that somebody still holds stays the only one of its file.
package final class StoreIndexes: Sendable {
    /// What is kept open at most.
    package struct Limits: Sendable {
        package var openIndexes: Int
        /// Of vectors in memory. A single store may take more.
        package var vectorBytes: Int

        package static let standard = Limits(openIndexes: 32, vectorBytes: 512 << 20)

        package init(openIndexes: Int, vectorBytes: Int) {
            self.openIndexes = openIndexes
            self.vectorBytes = vectorBytes
        }
    }

    fileprivate struct Entry {
        /// Nil for what may be closed as soon as nobody uses it.
        var kept: StoreIndex?
        weak var index: StoreIndex?
        var lastUse: UInt64
    }

    fileprivate struct Open {
        var entries: [Identifier<VectorStore>: Entry] = [:]
        /// Those that are being opened, so that nobody opens them a second time.
        var opening: [Identifier<VectorStore>: Task<StoreIndex, any Error>] = [:]
        var uses: UInt64 = 0
    }

    private let directory: String
    private let limits: Limits
    private let open = Mutex(Open())

    /// - Parameter directory: for the files; made when the first of them is.
    package init(directory: String, limits: Limits = .standard) {
        self.directory = directory
        self.limits = limits
    }

    /// The index of a store; an empty one is made when there is none.
    package func index(of store: Identifier<VectorStore>) async throws -> StoreIndex {
        enum Found {
            case index(StoreIndex)
            case opening(Task<StoreIndex, any Error>)
        }
        let path = path(of: store)
        let found: Found = open.withLock { open in
            if let index = open.entries[store]?.index {
                open.use(index, as: store)
                return .index(index)
            }
            if let task = open.opening[store] { return .opening(task) }
            let task = Task { try await self.opened(path) }
            open.opening[store] = task
            return .opening(task)
        }
        switch found {
        case .index(let index):
            trim()
            return index
        case .opening(let task):
            let result = await task.result
            open.withLock { open in
                if open.opening[store] == task { open.opening[store] = nil }
                if case .success(let index) = result { open.use(index, as: store) }
            }
            trim()
            return try result.get()
        }
    }

    private func opened(_ path: String) async throws -> StoreIndex {
        let directory = directory
        return try await DiskWork.run {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            // What SQLite puts beside it has the same mode.
            try DiskFile.makePrivate(path)
            return try StoreIndex(path: path)
        }
    }

    /// Deletes a store's index and its file. To be called when nothing is indexed in it any more; a search that is under way finds
    /// nothing.
    package func delete(_ store: Identifier<VectorStore>) async throws {
        open.withLock { open in
            open.entries[store]?.index?.wasDeleted()
            open.entries[store] = nil
        }
        let path = path(of: store)
        try await DiskWork.run { try Self.deleteFiles(path) }
    }

    /// Deletes the files of stores that are not among these, which a crash may have left.
    package func deleteAll(except stores: Set<Identifier<VectorStore>>) async throws {
        let known = Set(stores.map { fileName(of: $0) })
        let directory = directory
        try await DiskWork.run {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            where name.hasSuffix(Self.suffix) && !known.contains(name) {
                try Self.deleteFiles("\(directory)/\(name)")
            }
        }
    }

    /// Does what can wait: takes out what large removed files have left. To be called now and then.
    package func upkeep() async throws {
        let indexes = open.withLock { open in open.entries.values.compactMap(\.index) }
        for index in indexes {
            while try await index.purge(steps: 1) { try Task.checkCancellation() }
        }
    }

    // MARK: Files

    private static let suffix = ".sqlite"

    private func path(of store: Identifier<VectorStore>) -> String { "\(directory)/\(fileName(of: store))" }

    /// Ids of our own are names of files as they are; others, which an import may bring, are digested.
    private func fileName(of store: Identifier<VectorStore>) -> String {
        let id = store.rawValue
        let isPlain =
            id.utf8.count <= 100 && id.hasPrefix(VectorStore.idPrefix)
            && id.utf8.allSatisfy {
                $0 == UInt8(ascii: "_") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
            }
        return (isPlain ? id : "other-" + Digest(of: id).hexadecimal) + Self.suffix
    }

    private static func deleteFiles(_ path: String) throws {
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    // MARK: Limits

    /// Lets go of what was used least recently.
    private func trim() {
        let byUse = open.withLock { open in
            open.forgetClosed()
            let kept = open.entries.filter { $0.value.kept != nil }.sorted { $0.value.lastUse < $1.value.lastUse }
            for (store, _) in kept.prefix(max(0, kept.count - limits.openIndexes)) {
                open.entries[store]?.kept = nil
            }
            return kept.compactMap(\.value.index)
        }
        var bytes = byUse.reduce(0) { $0 + $1.matrixBytes }
        for index in byUse.dropLast() where bytes > limits.vectorBytes {
            bytes -= index.matrixBytes
            index.forgetMatrix()
        }
    }
}

extension StoreIndexes.Open {
    fileprivate mutating func use(_ index: StoreIndex, as store: Identifier<VectorStore>) {
        uses += 1
        entries[store] = StoreIndexes.Entry(kept: index, index: index, lastUse: uses)
    }

    fileprivate mutating func forgetClosed() {
        guard entries.contains(where: { $0.value.index == nil }) else { return }
        entries = entries.filter { $0.value.index != nil }
    }
}
