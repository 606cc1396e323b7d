import AssistantsAPI
import Foundation
import Logging
import RunEngine
import Storage
import Testing

@Suite final class ThreadsAsDataTests {
    private let path: String
    private let database: Database
    private let search: ThreadSearch

    init() throws {
        path = NSTemporaryDirectory() + "threads-as-data-\(UUID().uuidString)"
        database = try Database(directory: DataDirectory(path: path))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        search = ThreadSearch(database: database, indexing: SearchIndexing(database: database, logger: logger))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func adoption(isOn: Bool = true) -> ThreadAdoption {
        ThreadAdoption(database: database, clock: .system, isOn: isOn)
    }

    private func use(_ id: String, _ adoption: ThreadAdoption, in project: ProjectID = .default) async throws -> Bool {
        let id = Identifier<AssistantThread>(id)
        do {
            return try await adoption.adopting(id, in: project) {
                guard try await database.read({ try $0.threads.exists(id, in: project) }) else {
                    throw EngineError.threadNotFound(id)
                }
                return true
            }
        } catch EngineError.threadNotFound {
            return false
        }
    }

    @Test(
        "An id comes to life when it has the form of one",
        arguments: [
            ("thread_abc123", true), ("thread_" + String(repeating: "x", count: 57), true),
            ("thread_" + String(repeating: "x", count: 58), false), ("thread_", false), ("thread_a b", false),
            ("asst_abc", false), ("undefined", false), ("", false), ("thread_가", false),
        ]
    )
    func forms(id: String, comesToLife: Bool) async throws {
        #expect(try await use(id, adoption()) == comesToLife)
        #expect(try await use(id, adoption(isOn: false)) == comesToLife, "stored now, or never")
    }

    @Test("An id of another project, or of a deleted thread, stays unknown")
    func owners() async throws {
        let other = ProjectID("proj_other")
        _ = try await database.write { db in
            try db.projects.ensure(named: "other", candidate: other, at: Timestamp(seconds: 1))
        }
        #expect(try await use("thread_a", adoption(), in: other))
        #expect(try await use("thread_a", adoption()) == false)
        _ = try await database.write { try $0.threads.delete(Identifier("thread_a"), in: other) }
        #expect(try await use("thread_a", adoption(), in: other) == false)
    }

    @Test("A search finds what was stored before it, with many at once")
    func readYourWrites() async throws {
        let (database, search) = (database, search)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let thread = AssistantThread(id: Identifier("thread_\(number)"), createdAt: Timestamp(seconds: 1))
                    let message = Message(
                        id: Identifier("msg_\(number)"),
                        threadID: thread.id,
                        createdAt: Timestamp(seconds: 1),
                        role: .user,
                        content: Message.Content(text: "word\(number) and more")
                    )
                    try await database.write { db in
                        try db.threads.insert(thread, in: .default)
                        _ = try db.messages.append(message, tokens: 1, after: nil)
                    }
                    let page = try await search.page(
                        PageRequest(limit: 10, order: .descending),
                        matching: ThreadFilter(query: SearchQuery("more word\(number) and")),
                        in: .default
                    )
                    return page.items.map(\.id) == [thread.id]
                }
            }
            for try await isFound in group { #expect(isFound) }
        }
    }
}
