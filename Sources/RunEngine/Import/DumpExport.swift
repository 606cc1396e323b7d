import AssistantsAPI
import Storage

/// Writes what is stored as objects of the Assistants API, one on each line, as an import reads them.
///
/// The newest comes first, as in the service's lists; messages, runs and steps follow their thread. What it holds in
/// memory does not depend on how much there is.
package struct DumpExport: Sendable {
    let database: Database

    private static let page = 100
    private static let bytes = 256 << 10

    package init(database: Database) { self.database = database }

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
        try await pages({ request in try await database.read { try $0.assistants.page(request, of: project) } }, \.id) {
            try put($0)
        }
        try await pages({ request in try await database.read { try $0.threads.page(request, of: project) } }, \.id) {
            threads in
            for thread in threads {
                try put([thread])
                try await messages(of: thread.id) { try put($0) }
                try await runs(of: thread.id) { try put($0) } steps: { try put($0) }
            }
        }
        return count
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

    /// Runs, each with its steps behind it.
    private func runs(
        of thread: Identifier<AssistantThread>,
        _ body: ([Run]) throws -> Void,
        steps: ([RunStep]) throws -> Void
    ) async throws {
        let database = database
        try await pages({ request in try await database.read { try $0.runs.page(request, of: thread) } }, \.id) { runs in
            for run in runs {
                try body([run])
                try steps(try await database.read { try $0.runSteps.all(of: run) }.reversed())
            }
        }
    }

    private func pages<Item: Sendable, Resource>(
        _ read: (PageRequest) async throws -> Page<Item>,
        _ id: KeyPath<Item, Identifier<Resource>>,
        _ body: ([Item]) async throws -> Void
    ) async throws {
        var request = PageRequest(limit: Self.page, order: .descending)
        while true {
            let page = try await read(request)
            try await body(page.items)
            guard page.hasMore, let last = page.items.last else { return }
            request.after = last[keyPath: id].rawValue
        }
    }
}

/// Writes values as lines of JSON.
private struct LineWriter {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ value: some JSONWritable) {
        bytes.append(contentsOf: value.jsonBytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
