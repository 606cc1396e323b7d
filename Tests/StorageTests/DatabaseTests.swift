import AssistantsAPI
import Foundation
import Storage
import Synchronization
import Testing

@Suite struct DatabaseTests {
    private struct Refusal: Error, Equatable {}

    @Test("Transactions that wait together are each kept or refused on their own")
    func groupCommit() async throws {
        let temporary = try TemporaryDatabase()
        let database = temporary.database

        let kept = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let thread = AssistantThread(id: Identifier("thread_\(number)"), createdAt: Timestamp(seconds: 1))
                    do {
                        try await database.write { db in
                            try db.threads.insert(thread, in: .default)
                            // Every fifth fails after it has written, every seventh before.
                            if number.isMultiple(of: 5) { throw Refusal() }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(kept == 320)
        let stored = try await database.read { db in
            try (0..<400).filter { try db.threads.exists(Identifier("thread_\($0)"), in: .default) }
        }
        #expect(stored == (0..<400).filter { !$0.isMultiple(of: 5) })
    }

    @Test("A refused transaction gets its own error, its neighbours none")
    func refusal() async throws {
        let temporary = try TemporaryDatabase()

        async let refused: Void = temporary.database.write { _ in throw Refusal() }
        async let kept = temporary.thread()

        let thread = try await kept
        var error: (any Error)?
        do { try await refused } catch let refusal { error = refusal }

        #expect(thread.rawValue == "thread_1")
        #expect(error is Refusal)
    }

    @Test("Transactions run in the order in which they were handed in")
    func order() async throws {
        let temporary = try TemporaryDatabase()
        let thread = try await temporary.thread()

        for number in 0..<50 { try await temporary.append("msg_\(number)", to: thread) }

        let page = try await temporary.database.read { db in
            try db.messages.page(PageRequest(limit: 100, order: .ascending), of: thread)
        }
        #expect(page.items.map(\.id.rawValue) == (0..<50).map { "msg_\($0)" })
    }

    @Test("What is postponed keeps nobody waiting, and can be taken back")
    func takingBack() async throws {
        let temporary = try TemporaryDatabase()
        let database = temporary.database
        let told = Mutex(0)
        var takenBack: Identifier<AssistantThread>?

        // On a busy machine it may be on its way to the disk before.
        for number in 0..<100 where takenBack == nil {
            let thread = AssistantThread(id: Identifier("thread_\(number)"), createdAt: Timestamp(seconds: 1))
            told.withLock { $0 = 0 }
            let insert = { @Sendable (db: Connection) in try db.threads.insert(thread, in: .default) }
            let postponed = try #require(database.postpone(insert) { _ in told.withLock { $0 += 1 } })
            let wasThere = try await database.write { try $0.threads.exists(thread.id, in: .default) }
            guard database.takeBack(postponed) else { continue }
            takenBack = thread.id
            #expect(!wasThere)
            #expect(!database.takeBack(postponed))
        }

        let thread = try #require(takenBack)
        try await Task.sleep(for: .milliseconds(30))
        database.hurry()
        #expect(try await !database.write { try $0.threads.exists(thread, in: .default) })
        #expect(told.withLock { $0 } == 0)
    }

    @Test("Of what is postponed, each is either taken back or stored")
    func takingSomeBack() async throws {
        let temporary = try TemporaryDatabase()
        let database = temporary.database

        let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<2000 {
                group.addTask {
                    let thread = AssistantThread(id: Identifier("thread_\(number)"), createdAt: Timestamp(seconds: 1))
                    let told = Mutex(0)
                    let insert = { @Sendable (db: Connection) in try db.threads.insert(thread, in: .default) }
                    let postponed = database.postpone(insert) { _ in told.withLock { $0 += 1 } }
                    // Some are taken back at once, however busy the machine is.
                    if number % 20 > 0 { try await Task.sleep(for: .milliseconds(number % 20)) }
                    if let postponed, database.takeBack(postponed) { return false }
                    // It is on its way: what comes behind it finds it.
                    let isThere = try await database.write { try $0.threads.exists(thread.id, in: .default) }
                    #expect(isThere && told.withLock { $0 } == 1)
                    return true
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        let found = try await database.read { db in
            try (0..<2000).filter { try db.threads.exists(Identifier("thread_\($0)"), in: .default) }
        }
        #expect(found.count == stored)
        #expect(stored > 0 && stored < 2000)
    }

    @Test("What is postponed goes to disk all the same, after a while or when somebody comes to wait")
    func patience() async throws {
        let temporary = try TemporaryDatabase()
        func time(hurrying: Bool, _ number: Int) async throws -> Duration {
            let thread = AssistantThread(id: Identifier("thread_\(number)"), createdAt: Timestamp(seconds: 1))
            return try await ContinuousClock().measure {
                try await withCheckedThrowingContinuation { continuation in
                    _ = temporary.database.postpone {
                        try $0.threads.insert(thread, in: .default)
                    } then: {
                        continuation.resume(with: $0)
                    }
                    if hurrying { temporary.database.hurry() }
                }
            }
        }

        // The first, as later ones may find the alarm of one that was hurried half over.
        let patient = try await time(hurrying: false, 0)
        var hurried: [Duration] = []
        for number in 1...10 { hurried.append(try await time(hurrying: true, number)) }

        #expect(patient >= .milliseconds(9))
        #expect(try #require(hurried.min()) < patient)
    }

    @Test("A database that is closed has stored what was postponed")
    func closing() async throws {
        let temporary = try TemporaryDatabase()

        _ = temporary.database.postpone {
            try $0.threads.insert(Self.thread, in: .default)
        } then: { _ in
        }
        try temporary.database.close()

        let again = try TemporaryDatabase(copying: temporary.path)
        #expect(try await again.database.read { try $0.threads.exists(Self.thread.id, in: .default) })
    }

    private static let thread = AssistantThread(id: Identifier("thread_1"), createdAt: Timestamp(seconds: 1))

    @Test("Nobody but the owner can read the database")
    func modes() async throws {
        let temporary = try TemporaryDatabase()
        _ = try await temporary.thread()

        let manager = FileManager.default
        func mode(_ path: String) throws -> Int? {
            try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.path) == 0o700)
        let files = try manager.contentsOfDirectory(atPath: temporary.path)
        #expect(files.count >= 3)
        for file in files { #expect(try mode("\(temporary.path)/\(file)") == 0o600) }
    }

    @Test("A data directory belongs to one process at a time")
    func lock() throws {
        let temporary = try TemporaryDatabase()

        let error = #expect(throws: StorageError.self) { try DataDirectory(path: temporary.path) }

        guard case .inUse = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A database that takes writes is writable, one whose file is gone is not")
    func probe() async throws {
        let temporary = try TemporaryDatabase()
        try await temporary.database.checkWritable()

        try FileManager.default.removeItem(atPath: temporary.path + "/assistants.sqlite")
        try await Task.sleep(for: .milliseconds(1100))

        await #expect(throws: StorageError.self) { try await temporary.database.checkWritable() }
    }
}
