import AssistantsAPI
import Storage

/// Writes what is stored as objects of the Assistants API, one on each line, as an import reads them.
///
/// The newest comes first, as in the service's lists; messages, runs and steps follow their thread. What it holds in
/// memory does not depend on how much there is.
package struct DumpExport: Sendable {
    let database: Database
    /// Where the bytes of files go; nil when they are not wanted.
    let contents: ExportedContents?

    private static let page = 100
    private static let bytes = 256 << 10

    package init(database: Database, contents: ExportedContents?) {
        self.database = database
        self.contents = contents
    }

    /// Writes all of a project. Returns how many objects there were.
    package func run(_ project: ProjectID, _ write: ([UInt8]) throws -> Void) async throws -> Int {
        let database = database
        var count = 0
        func put(_ items: [some JSONWritable]) throws {
            guard !items.isEmpty else { return }
            var writer = LineWriter()
            for item in items { writer.line(item) }
            count += items.count
            try write(writer.bytes)
        }
        try await files(of: project) { try put($0.map(ExportedFile.init)) }
        var assistants = Pages<Assistant>(of: Self.page)
        while let items = try await assistants.next({ request in
            try await database.read { try $0.assistants.page(request, of: project) }
        }) {
            try put(items)
        }
        var threads = Pages<AssistantThread>(of: Self.page)
        while let items = try await threads.next({ request in
            try await database.read { try $0.threads.page(request, of: project) }
        }) {
            for thread in items {
                try put([thread])
                try await messages(of: thread.id) { try put($0) }
                try await runs(of: thread.id) { run, steps in
                    try put([run])
                    try put(steps.map(\.detailed))
                }
            }
        }
        try await stores(of: project) { store, files in
            if let store { try put([store]) }
            try put(files)
        }
        return count
    }

    /// Vector stores, each followed by its files.
    private func stores(
        of project: ProjectID,
        _ body: (VectorStore?, [VectorStoreFile]) throws -> Void
    ) async throws {
        let database = database
        var stores = Pages<VectorStore>(of: Self.page)
        while let items = try await stores.next({ request in
            try await database.read { try $0.vectorStores.page(request, of: project) }
        }) {
            for store in items {
                try body(store, [])
                var files = Pages<VectorStoreFile>(of: Self.page)
                while let items = try await files.next({ request in
                    try await database.read { try $0.vectorStoreFiles.page(request, of: store.id, status: nil) }
                }) {
                    try body(nil, items)
                }
            }
        }
    }

    /// Files; of each page the bytes are saved first.
    private func files(of project: ProjectID, _ body: ([StoredFile]) throws -> Void) async throws {
        let stored = try FileContents(of: database)
        var files = Pages<StoredFile>(of: Self.page)
        while let items = try await files.next({ request in
            try await database.read { try $0.files.page(request, of: project) }
        }) {
            if let contents { for file in items { try await contents.save(file, from: stored) } }
            try body(items)
        }
    }

    private func messages(
        of thread: Identifier<AssistantThread>,
        _ body: ([Message]) throws -> Void
    ) async throws {
        var place: Int?
        while true {
            let after = place
            let chunk = try await database.read { db in
                try db.messages.chunk(of: thread, after: after, order: .descending, bytes: Self.bytes)
            }
            guard let last = chunk.last else { return }
            try body(chunk.map(\.message))
            place = last.sequence
        }
    }

    /// Runs, each with its steps.
    private func runs(
        of thread: Identifier<AssistantThread>,
        _ body: (Run, [RunStep]) throws -> Void
    ) async throws {
        let database = database
        var runs = Pages<Run>(of: Self.page)
        while let items = try await runs.next({ request in
            try await database.read { try $0.runs.page(request, of: thread) }
        }) {
            for run in items {
                try body(run, try await database.read { try $0.runSteps.all(of: run) }.reversed())
            }
        }
    }
}

/// Goes through a list page by page, the newest first.
private struct Pages<Item: ListedResource> {
    private var request: PageRequest?

    init(of size: Int) { request = PageRequest(limit: size, order: .descending) }

    /// The next page, as `read` gives it; nil at the end.
    mutating func next(_ read: (PageRequest) async throws -> Page<Item>) async throws -> [Item]? {
        guard var request else { return nil }
        let page = try await read(request)
        request.after = page.items.last?.rawID
        self.request = page.hasMore ? request : nil
        return page.items.isEmpty ? nil : page.items
    }
}

/// What stands in lists under an id.
private protocol ListedResource: Sendable {
    var rawID: String { get }
}

extension Assistant: ListedResource {
    fileprivate var rawID: String { id.rawValue }
}

extension AssistantThread: ListedResource {
    fileprivate var rawID: String { id.rawValue }
}

extension StoredFile: ListedResource {
    fileprivate var rawID: String { file.id.rawValue }
}

extension VectorStore: ListedResource {
    fileprivate var rawID: String { id.rawValue }
}

extension VectorStoreFile: ListedResource {
    fileprivate var rawID: String { id.rawValue }
}

extension Run: ListedResource {
    fileprivate var rawID: String { id.rawValue }
}

/// Writes values as lines of JSON.
private struct LineWriter {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ value: some JSONWritable) {
        bytes.append(contentsOf: value.jsonBytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
