import AssistantsAPI
import Foundation
import GRDB
import Retrieval
import Storage
import Testing

@Suite struct StoreIndexesTests {
    private let temporary = TemporaryIndexes()

    @Test("An index that is opened again has what was finished, and nothing of what was not")
    func reopening() async throws {
        do {
            let index = try await temporary.index()
            try await index.add("file-1", ["a red lamp"], vectors: [[1, 0]], attributes: [.init("n", .integer(1))])
            let file = try await index.begin(Identifier("file-2"), name: "b", attributes: Attributes())
            try await index.append([TextChunk(text: "a blue lamp", tokens: 3)], vectors: nil, to: file)
        }

        let index = try await StoreIndexes(directory: temporary.path).index(of: Identifier("vs_1"))

        let vector = QueryVector(model: "model", values: [1, 0])
        #expect(try await index.texts("lamp") == ["a red lamp"])
        #expect(try await index.search(IndexQuery(text: "light", vector: vector)).map(\.number) == [0])
        #expect(index.files() == [Identifier("file-1")])
        try await index.add("file-2", ["a green lamp"])
        #expect(Set(try await index.texts("lamp")) == ["a red lamp", "a green lamp"])
    }

    @Test("Everybody gets the same index of a store, also when many ask at once")
    func sameIndex() async throws {
        let found = try await withThrowingTaskGroup { group in
            for _ in 0..<20 { group.addTask { try await temporary.index() } }
            var found: Set<ObjectIdentifier> = []
            for try await index in group { found.insert(ObjectIdentifier(index)) }
            return found
        }

        #expect(found.count == 1)
    }

    @Test("More indexes than may stay open still work, each with its own files")
    func manyIndexes() async throws {
        let temporary = TemporaryIndexes(limits: StoreIndexes.Limits(openIndexes: 3, vectorBytes: 1))
        for number in 0..<10 {
            try await temporary.index("vs_\(number)").add("file-1", ["lamp \(number)"], vectors: [[1, 0]])
        }

        for number in 0..<10 {
            let vector = QueryVector(model: "model", values: [1, 0])
            let hits = try await temporary.index("vs_\(number)").search(IndexQuery(text: "light", vector: vector))
            #expect(hits.map(\.chunk.text) == ["lamp \(number)"])
        }
        withExtendedLifetime(temporary) {}
    }

    @Test("An index that is being filled is not opened a second time, however many others are opened")
    func heldIndex() async throws {
        let temporary = TemporaryIndexes(limits: StoreIndexes.Limits(openIndexes: 1, vectorBytes: 1))
        let held = try await temporary.index("vs_1")
        let file = try await held.begin(Identifier("file-1"), name: "a", attributes: Attributes())

        for number in 2..<6 { _ = try await temporary.index("vs_\(number)") }

        #expect(try await temporary.index("vs_1") === held)
        try await held.append([TextChunk(text: "a lamp", tokens: 2)], vectors: nil, to: file)
        _ = try await held.finish(file)
        #expect(try await temporary.index("vs_1").texts("lamp") == ["a lamp"])
        withExtendedLifetime(temporary) {}
    }

    @Test("A deleted index leaves no file, and what a crash left of others is deleted")
    func deletion() async throws {
        try await temporary.index("vs_1").add("file-1", ["a lamp"])
        try await temporary.index("vs_2").add("file-1", ["a lamp"])
        try await temporary.index("vs_3").add("file-1", ["a lamp"])

        try await temporary.indexes.delete(Identifier("vs_1"))
        try await temporary.indexes.deleteAll(except: [Identifier("vs_3")])

        #expect(temporary.files().allSatisfy { $0.hasPrefix("vs_3.") })
        #expect(try await temporary.index("vs_1").texts("lamp").isEmpty)
    }

    @Test("Who holds a deleted index finds nothing in it, and is told of no fault")
    func deletionWhileSearched() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp"], vectors: [[1, 0]])

        try await temporary.indexes.delete(Identifier("vs_1"))

        let vector = QueryVector(model: "model", values: [1, 0])
        let found = try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { try await index.search(IndexQuery(text: "lamp", vector: vector)).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(found == 0)
        #expect(temporary.files().isEmpty)
    }

    @Test(
        "Ids of any form make files in the folder and nowhere else",
        arguments: [
            "../../evil", "/etc/passwd", "vs_../x", "", ".", String(repeating: "vs_a", count: 300), "vs_ü",
            "vs_a\u{0}b",
        ]
    )
    func names(_ id: String) async throws {
        try await temporary.index(id).add("file-1", ["a lamp"])

        #expect(temporary.files().filter { $0.hasSuffix(".sqlite") }.count == 1)
        #expect(try await temporary.index(id).texts("lamp") == ["a lamp"])
    }

    @Test("Nobody but the owner can read what was taken from documents")
    func modes() async throws {
        try await temporary.index().add("file-1", ["a lamp"])

        let manager = FileManager.default
        func mode(_ path: String) throws -> Int? {
            try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.path) == 0o700)
        #expect(temporary.files().contains("vs_1.sqlite-wal"))
        for file in temporary.files() { #expect(try mode("\(temporary.path)/\(file)") == 0o600) }
    }

    @Test("A large removed file is found no more at once, and upkeep takes out the rest and frees the disk")
    func upkeep() async throws {
        let index = try await temporary.index()
        let text = String(repeating: "words of a long text about the lamp ", count: 60)
        try await index.add("file-0", ["a small lamp"])
        for start in 0..<10 {
            let file = try await index.begin(Identifier("file-\(start % 2 + 1)"), name: "a", attributes: Attributes())
            let chunks = (0..<1300).map { TextChunk(text: "\(start) \($0) \(text)", tokens: 500) }
            for batch in stride(from: 0, to: 1300, by: 200) {
                try await index.append(Array(chunks[batch..<min(1300, batch + 200)]), vectors: nil, to: file)
            }
            _ = try await index.finish(file)
        }
        let path = temporary.path + "/vs_1.sqlite"

        try await index.remove(Identifier("file-1"))
        try await index.remove(Identifier("file-2"))
        #expect(try await index.texts("lamp") == ["a small lamp"])
        try await temporary.indexes.upkeep()

        let database = try DatabaseQueue(path: path)
        let (chunks, free, pages) = try await database.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM chunks") ?? -1,
                try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? -1,
                try Int.fetchOne(db, sql: "PRAGMA page_count") ?? -1
            )
        }
        #expect(chunks == 1)
        #expect(free == 0)
        #expect(pages < 1000)
    }
}
