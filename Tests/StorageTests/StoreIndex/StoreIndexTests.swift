import AssistantsAPI
import Retrieval
import Storage
import Testing

@Suite struct StoreIndexTests {
    private let temporary = TemporaryIndexes()

    @Test("A file is found when it is finished, and not before")
    func visibility() async throws {
        let index = try await temporary.index()
        let file = try await index.begin(Identifier("file-1"), name: "a.txt", attributes: Attributes())
        try await index.append([TextChunk(text: "a red lamp", tokens: 3)], vectors: nil, to: file)
        #expect(try await index.texts("lamp").isEmpty)
        #expect(index.files().isEmpty)

        let bytes = try await index.finish(file)

        #expect(bytes == 10)
        #expect(try await index.texts("lamp") == ["a red lamp"])
        #expect(index.files() == [Identifier("file-1")])
    }

    @Test("A hit tells where it is from")
    func hit() async throws {
        let index = try await temporary.index()
        let file = try await index.begin(
            Identifier("file-1"),
            name: "명세.pdf",
            attributes: Attributes([.init("year", .integer(2024))])
        )
        let chunks = [
            TextChunk(text: "a blue door", tokens: 3, pages: 1...1),
            TextChunk(text: "a red lamp", tokens: 4, pages: 2...4, pageStarts: [2, 6], repeatedBytes: 2),
        ]
        try await index.append(chunks, vectors: nil, to: file)
        _ = try await index.finish(file)

        let hits = try await index.search(IndexQuery(text: "lamp"))

        #expect(hits.count == 1)
        #expect(hits.first?.file == Identifier("file-1"))
        #expect(hits.first?.filename == "명세.pdf")
        #expect(hits.first?.attributes["year"] == .integer(2024))
        #expect(hits.first?.number == 1)
        #expect(hits.first?.chunk == chunks[1])
    }

    @Test("A removed file is found no more, nor are its chunks in the store")
    func removal() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a red lamp", "a blue lamp"])
        try await index.add("file-2", ["a green lamp"])

        try await index.remove(Identifier("file-1"))

        #expect(try await index.texts("lamp") == ["a green lamp"])
        #expect(index.files() == [Identifier("file-2")])
        #expect(try await index.chunks(of: Identifier("file-1"), limit: 10).isEmpty)
    }

    @Test("A file that is indexed anew is found as it was until that is finished")
    func replacement() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["an old lamp"])
        let file = try await index.begin(Identifier("file-1"), name: "a.txt", attributes: Attributes())
        try await index.append([TextChunk(text: "a new lamp", tokens: 3)], vectors: nil, to: file)
        #expect(try await index.texts("lamp") == ["an old lamp"])

        _ = try await index.finish(file)

        #expect(try await index.texts("lamp") == ["a new lamp"])
        #expect(try await index.chunks(of: Identifier("file-1"), limit: 10).map(\.text) == ["a new lamp"])
    }

    @Test("What was begun anew or removed takes nothing in from an earlier attempt")
    func fence() async throws {
        let index = try await temporary.index()
        let first = try await index.begin(Identifier("file-1"), name: "a.txt", attributes: Attributes())
        let second = try await index.begin(Identifier("file-1"), name: "a.txt", attributes: Attributes())
        let chunk = TextChunk(text: "a lamp", tokens: 2)

        await #expect(throws: CancellationError.self) { try await index.append([chunk], vectors: nil, to: first) }
        await #expect(throws: CancellationError.self) { _ = try await index.finish(first) }
        try await index.append([chunk], vectors: nil, to: second)
        try await index.remove(Identifier("file-1"))
        await #expect(throws: CancellationError.self) { _ = try await index.finish(second) }
        #expect(try await index.texts("lamp").isEmpty)
    }

    @Test("Several files are indexed at the same time, and each has its chunks in order")
    func concurrency() async throws {
        let index = try await temporary.index()

        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    try await index.add("file-\(number)", (0..<20).map { "lamp \($0) of shop\(number)" })
                }
            }
            try await group.waitForAll()
        }

        #expect(index.files().count == 8)
        for number in 0..<8 {
            let chunks = try await index.chunks(of: Identifier("file-\(number)"), limit: 100)
            #expect(chunks.map(\.text) == (0..<20).map { "lamp \($0) of shop\(number)" })
        }
        #expect(try await index.texts("shop3", limit: 50).count == 20)
    }

    @Test("Chunks are read page by page")
    func pages() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", (0..<5).map { "part \($0)" })

        let first = try await index.chunks(of: Identifier("file-1"), limit: 2)
        let second = try await index.chunks(of: Identifier("file-1"), after: 1, limit: 10)

        #expect(first.map(\.text) == ["part 0", "part 1"])
        #expect(second.map(\.text) == ["part 2", "part 3", "part 4"])
    }

    @Test("Attributes can be changed, and filters are applied before the best are picked")
    func filters() async throws {
        let index = try await temporary.index()
        for number in 0..<30 {
            try await index.add("file-\(number)", ["lamp lamp \(number)"], attributes: [.init("n", .integer(number))])
        }
        let filter = AttributeFilter.comparison(.init(key: "n", test: .greaterOrEqual(.integer(28))))

        #expect(Set(try await index.texts("lamp", filter: filter, limit: 5)) == ["lamp lamp 28", "lamp lamp 29"])

        try await index.setAttributes(Attributes([.init("n", .integer(99))]), of: Identifier("file-0"))

        #expect(try await index.texts("lamp", filter: filter, limit: 5).count == 3)
    }
}
