import AssistantsAPI
import Foundation
import Storage
import Testing

@Suite("Vector stores, their files and batches")
struct VectorStoreTests {
    typealias Addition = VectorStoreFileRepository.Addition

    /// A database with a store, and files to put into it.
    struct Shelf {
        let temporary: TemporaryDatabase
        let id = Identifier<VectorStore>("vs_1")

        init() async throws {
            temporary = try TemporaryDatabase()
            let store = VectorStore(id: id, createdAt: Timestamp(seconds: 100))
            try await database.write { try $0.vectorStores.insert(store, in: .default) }
        }

        var database: Database { temporary.database }

        func files(_ count: Int, in project: ProjectID = .default, from first: Int = 0) async throws
            -> [Identifier<File>]
        {
            try await database.write { db in
                try (first..<first + count).map { number in
                    let file = File(
                        id: Identifier("file-\(number)"),
                        createdAt: Timestamp(seconds: 1),
                        filename: "\(number).txt",
                        purpose: .assistants,
                        bytes: 1
                    )
                    try db.files.insert(file, content: Digest(of: "\(number)"), in: project)
                    return file.id
                }
            }
        }

        @discardableResult
        func attach(_ additions: [Addition], in project: ProjectID = .default) async throws
            -> VectorStoreFileRepository.Attached
        {
            try await database.write { db in
                try db.vectorStoreFiles.attach(additions, to: id, in: project, at: Timestamp(seconds: 100))
            }
        }

        func counts() async throws -> FileCounts {
            try await database.read { db in
                try #require(try db.vectorStores.find(id, in: .default)).fileCounts
            }
        }

        func claim(_ limit: Int = 1, running: [ProjectID: Int] = [:], now: Int = 0) async throws -> [IngestionClaim] {
            try await database.write { db in
                var last = ProjectID("")
                return try db.vectorStoreFiles.claim(limit: limit, running: running, now: now, after: &last)
            }
        }
    }

    @Test("Counts agree with the states of files, whatever happens to these")
    func counts() async throws {
        let shelf = try await Shelf()
        let files = try await shelf.files(5)
        try await shelf.attach(files.map { Addition(file: $0) })
        #expect(try await shelf.counts() == FileCounts(inProgress: 5))
        let claims = try await shelf.claim(3)
        try await shelf.database.write { db in
            _ = try db.vectorStoreFiles.complete(claims[0], usageBytes: 70, indexed: claims[0].attributes)
            _ = try db.vectorStoreFiles.complete(claims[1], usageBytes: 30, indexed: claims[1].attributes)
            try db.vectorStoreFiles.fail(claims[2], .init(code: .invalidFile, message: "It is broken."))
        }
        #expect(try await shelf.counts() == FileCounts(inProgress: 2, completed: 2, failed: 1))
        let whole = try await shelf.database.read { try $0.vectorStores.find(shelf.id, in: .default) }
        #expect(whole?.usageBytes == 100)
        #expect(whole?.status == .inProgress)
        // One is taken out, one goes with its file.
        try await shelf.database.write { db in
            _ = try db.vectorStoreFiles.detach(claims[0].file, from: shelf.id)
            _ = try db.files.delete(claims[2].file, in: .default)
        }
        #expect(try await shelf.counts() == FileCounts(inProgress: 2, completed: 1))
        #expect(try await shelf.database.read { try $0.vectorStores.find(shelf.id, in: .default)?.usageBytes } == 30)
    }

    @Test("A batch counts its own files, also those that were in the store before")
    func batches() async throws {
        let shelf = try await Shelf()
        let files = try await shelf.files(4)
        try await shelf.attach([Addition(file: files[0])])
        let first = try await shelf.claim()
        _ = try await shelf.database.write {
            try $0.vectorStoreFiles.complete(first[0], usageBytes: 10, indexed: first[0].attributes)
        }
        let id = Identifier<VectorStoreFileBatch>("vsfb_1")
        let attached = try await shelf.attach(files.map { Addition(file: $0) })
        try await shelf.database.write { db in
            try db.vectorStoreFileBatches.insert(id, of: shelf.id, attached, at: Timestamp(seconds: 100))
        }
        func batch() async throws -> VectorStoreFileBatch? {
            try await shelf.database.read { try $0.vectorStoreFileBatches.find(id, of: shelf.id) }
        }
        #expect(try await batch()?.fileCounts == FileCounts(inProgress: 3, completed: 1))
        let claims = try await shelf.claim(1)
        try await shelf.database.write { db in
            try db.vectorStoreFiles.fail(claims[0], .init(code: .serverError, message: "No."))
        }
        let stopped = try await shelf.database.write { try $0.vectorStoreFileBatches.cancel(id) }
        #expect(stopped.count == 2)
        #expect(try await batch()?.fileCounts == FileCounts(completed: 1, failed: 1, cancelled: 2))
        #expect(try await batch()?.status == .cancelled)
        #expect(try await shelf.counts() == FileCounts(completed: 1, failed: 1, cancelled: 2))
        #expect(try await shelf.database.write { try $0.vectorStoreFileBatches.cancel(id) }.isEmpty)
    }

    @Test("A claim is lost with its file, with a cancellation and with a new beginning")
    func lostClaims() async throws {
        let shelf = try await Shelf()
        let files = try await shelf.files(3)
        let attached = try await shelf.attach([Addition(file: files[2])])
        let id = Identifier<VectorStoreFileBatch>("vsfb_1")
        try await shelf.database.write { db in
            try db.vectorStoreFileBatches.insert(id, of: shelf.id, attached, at: Timestamp(seconds: 1))
        }
        try await shelf.attach(files.map { Addition(file: $0) })
        let claims = try await shelf.claim(3)
        #expect(Set(claims.map(\.file)) == Set(files))
        #expect(try await shelf.claim(3).isEmpty, "what is claimed is not claimed again")
        _ = try await shelf.database.write { try $0.vectorStoreFiles.detach(files[0], from: shelf.id) }
        let smaller = ChunkingStrategy(maximumTokens: 100, overlapTokens: 0)
        #expect(try await shelf.attach([Addition(file: files[1], chunking: smaller)]).restarted == [files[1]])
        #expect(try await shelf.database.write { try $0.vectorStoreFileBatches.cancel(id) } == [files[2]])
        for claim in claims {
            #expect(try await shelf.database.read { try $0.vectorStoreFiles.isGood(claim) } == false)
            await #expect(throws: LostClaim.self) {
                try await shelf.database.write {
                    try $0.vectorStoreFiles.complete(claim, usageBytes: 1, indexed: claim.attributes)
                }
            }
        }
    }

    @Test("What a process left behind is claimed by the next one, and its attempts are counted")
    func restart() async throws {
        let shelf = try await Shelf()
        try await shelf.attach(try await shelf.files(1).map { Addition(file: $0) })
        #expect(try await shelf.claim().first?.attempt == 1)
        #expect(try await shelf.claim().isEmpty)
        // As the next start does it.
        try await shelf.database.write { try $0.workers.withdrawAll() }
        let second = try #require(try await shelf.claim().first)
        #expect(second.attempt == 2)
        try await shelf.database.write { try $0.vectorStoreFiles.postpone(second, until: 5000, counts: false) }
        #expect(try await shelf.claim(now: 4999).isEmpty)
        #expect(try await shelf.database.read { try $0.vectorStoreFiles.isWork(due: 4999) } == false)
        #expect(try await shelf.claim(now: 5000).first?.attempt == 2)
    }

    @Test("Of several projects each gets its turn")
    func fairness() async throws {
        let shelf = try await Shelf()
        let (first, second, third) = (ProjectID("proj_a"), ProjectID("proj_b"), ProjectID("proj_c"))
        for (number, project) in [first, second, third].enumerated() {
            let name = try #require(ProjectName.isLegal("p\(number)") ? "p\(number)" : nil)
            try await shelf.database.write { db in
                _ = try db.projects.ensure(named: name, candidate: project, at: Timestamp(seconds: 1))
            }
            let count = number == 0 ? 50 : 2
            let files = try await shelf.files(count, in: project, from: number * 100)
            try await shelf.attach(files.map { Addition(file: $0) }, in: project)
        }
        let claims = try await shelf.claim(6)
        #expect(claims.filter { $0.project == second }.count == 2)
        #expect(claims.filter { $0.project == third }.count == 2)
        #expect(claims.filter { $0.project == first }.count == 2)
        #expect(try await shelf.claim(2, running: [first: 2]).allSatisfy { $0.project == first })
    }

    @Test("A file that is there already keeps what is not given, and failed ones begin anew")
    func attachingAgain() async throws {
        let shelf = try await Shelf()
        let file = try await shelf.files(1)[0]
        try await shelf.attach([Addition(file: file, attributes: Attributes([.init("a", .integer(1))]))])
        #expect(try await shelf.attach([Addition(file: file)]).restarted.isEmpty)
        let claim = try await shelf.claim()
        try await shelf.database.write { db in
            try db.vectorStoreFiles.fail(claim[0], .init(code: .serverError, message: "No."))
        }
        let again = Addition(file: file, attributes: Attributes())
        #expect(try await shelf.attach([again, again]).restarted == [file])
        let found = try await shelf.database.read { try $0.vectorStoreFiles.find(file, of: shelf.id) }
        #expect(found?.state == .inProgress)
        #expect(found?.attributes == Attributes())
        #expect(try await shelf.claim().first?.attempt == 1)
    }

    @Test("A store takes ten thousand files and no more")
    func limit() async throws {
        let shelf = try await Shelf()
        let files = try await shelf.files(VectorStore.maximumFiles + 1)
        try await shelf.attach(files.dropLast(2).map { Addition(file: $0) })
        await #expect(throws: VectorStoreIsFull.self) {
            try await shelf.attach(files.suffix(2).map { Addition(file: $0) })
        }
        // What is there already needs no room.
        try await shelf.attach([Addition(file: files[0]), Addition(file: files[VectorStore.maximumFiles - 1])])
        #expect(try await shelf.counts().total == VectorStore.maximumFiles)
        var pages = 0
        var after: String?
        repeat {
            let request = PageRequest(limit: 100, order: .ascending, after: after)
            let page = try await shelf.database.read { db in
                try db.vectorStoreFiles.page(request, of: shelf.id, status: .inProgress)
            }
            after = page.hasMore ? page.items.last?.id.rawValue : nil
            pages += 1
        } while after != nil
        #expect(pages == 100)
    }

    @Test("Stores expire after their days unless they are used or filled")
    func expiry() async throws {
        let shelf = try await Shelf()
        let ids = (1...3).map { Identifier<VectorStore>("vs_day\($0)") }
        try await shelf.database.write { db in
            for id in ids {
                let store = VectorStore(id: id, createdAt: Timestamp(seconds: 0), expiration: .init(days: 1))
                try db.vectorStores.insert(store, in: .default)
            }
        }
        let file = try await shelf.files(1)[0]
        try await shelf.database.write { db in
            _ = try db.vectorStoreFiles.attach(
                [Addition(file: file)],
                to: ids[1],
                in: .default,
                at: Timestamp(seconds: 0)
            )
            try db.vectorStores.noteActivity(of: ids[2], at: Timestamp(seconds: 10))
        }
        #expect(
            try await shelf.database.read { try $0.vectorStores.hasExpiring(at: Timestamp(seconds: 86_399)) } == false
        )
        let now = Timestamp(seconds: 86_400)
        #expect(try await shelf.database.write { try $0.vectorStores.expire(at: now, limit: 10) } == 1)
        let found = try await shelf.database.read { try $0.vectorStores.find(ids, in: .default) }
        #expect(found.filter(\.isExpired).map(\.id) == [ids[0]])
        #expect(found.first { $0.id == ids[0] }?.status == .expired)
        #expect(try await shelf.database.read { try $0.vectorStores.living() } == [shelf.id, ids[1], ids[2]])
    }

    @Test("A file is completed once the index has its attributes as they are")
    func attributesDuringIngestion() async throws {
        let shelf = try await Shelf()
        let file = try await shelf.files(1)[0]
        try await shelf.attach([Addition(file: file)])
        let claim = try await shelf.claim()[0]
        let newer = Attributes([.init("a", .integer(1))])
        let wanted = try await shelf.database.write { db in
            try db.vectorStoreFiles.setAttributes(newer, of: file, in: shelf.id)
            return try db.vectorStoreFiles.complete(claim, usageBytes: 1, indexed: claim.attributes)
        }
        #expect(wanted == newer)
        #expect(try await shelf.counts() == FileCounts(inProgress: 1))
        let rest = try await shelf.database.write { db in
            try db.vectorStoreFiles.complete(claim, usageBytes: 1, indexed: newer)
        }
        #expect(rest == nil)
        #expect(try await shelf.counts() == FileCounts(completed: 1))
    }

    @Test("What an index may not know is noted until it is seen to, news meanwhile included")
    func indexChanges() async throws {
        let shelf = try await Shelf()
        let file = try await shelf.files(1)[0]
        try await shelf.attach([Addition(file: file)])
        func changes() async throws -> [VectorStoreIndexChanges.Change] {
            try await shelf.database.read { try $0.vectorStoreIndexChanges.next(limit: 10) }
        }
        func target(_ change: VectorStoreIndexChanges.Change) async throws -> VectorStoreIndexChanges.Target {
            try await shelf.database.read { try $0.vectorStoreIndexChanges.target(of: change) }
        }
        let claim = try await shelf.claim()
        _ = try await shelf.database.write {
            try $0.vectorStoreFiles.complete(claim[0], usageBytes: 1, indexed: claim[0].attributes)
        }
        #expect(try await changes().isEmpty)
        let attributes = Attributes([.init("a", .integer(1))])
        try await shelf.database.write { db in
            try db.vectorStoreFiles.setAttributes(attributes, of: file, in: shelf.id)
        }
        let first = try await changes()
        #expect(try await target(first[0]) == .present(file, attributes))
        _ = try await shelf.database.write { try $0.vectorStoreFiles.detach(file, from: shelf.id) }
        try await shelf.database.write { try $0.vectorStoreIndexChanges.settle(first) }
        let second = try await changes()
        #expect(try await target(second[0]) == .absent(file))
        try await shelf.database.write { try $0.vectorStoreIndexChanges.settle(second) }
        #expect(try await changes().isEmpty)
        _ = try await shelf.database.write { try $0.vectorStores.delete(shelf.id, in: .default) }
        #expect(try await target(try await changes()[0]) == .noStore)
    }
}
