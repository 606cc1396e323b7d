import AssistantsAPI
import Retrieval
import Storage
import Testing

@Suite struct StoreIndexSearchTests {
    private let temporary = TemporaryIndexes()

    @Test(
        "Korean words are found with other particles, with and without spaces",
        arguments: [
            "환불 정책", "환불의 정책은?", "환불정책", "환불정책이 어떻게 되나요", "환불 정책에서는 무엇을 보장하나요?",
        ]
    )
    func korean(_ question: String) async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["배송은 사흘 안에 됩니다.", "저희의 환불 정책은 30일입니다.", "회의는 월요일입니다."])

        #expect(try await index.texts(question).first == "저희의 환불 정책은 30일입니다.")
    }

    @Test(
        "Identifiers are found as they are, and by their parts",
        arguments: ["max_wal_size", "MAX_WAL_SIZE", "E-2005", "parseHeader", "player.cache.max_mb", "header"]
    )
    func identifiers(_ question: String) async throws {
        let index = try await temporary.index()
        let wanted = "Set max_wal_size, player.cache.max_mb; call parseHeader() or get E-2005."
        try await index.add("file-1", ["max wal and size, E 2004, cache of players", wanted, "mb 2005 E"])

        #expect(try await index.texts(question).first == wanted)
    }

    @Test(
        "No text is taken for the index's own language",
        arguments: [
            "\"", "x AND", "NEAR(", "col:lamp", "lamp*", "^lamp", "(", "-lamp", "{a b}: lamp", "once : lamp", "", " ",
            "\0",
            "'; DROP TABLE chunks; --", "🙂", "\u{E000}lamp", "NOT lamp OR", "lamp\u{0}lamp",
        ]
    )
    func anyText(_ question: String) async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a red lamp"])

        let found = try await index.texts(question)

        #expect(found == (question.contains("lamp") ? ["a red lamp"] : []))
    }

    @Test("A good hit is above one half, what has nothing to do with the question is far below it or not found")
    func thresholds() async throws {
        let index = try await temporary.index()
        let texts = (0..<40).map { "Chapter \($0) is about the gardens of the town and what grows there." }
        try await index.add("file-1", texts + ["Refunds are paid within thirty days of the purchase."])

        let good = try await index.search(IndexQuery(text: "When are refunds paid?"))
        let bad = try await index.search(IndexQuery(text: "Which satellites orbit Jupiter in this chapter?"))
        let cut = try await index.search(IndexQuery(text: "When are refunds paid?", scoreThreshold: 0.5))

        #expect((good.first?.score ?? 0) >= 0.5)
        #expect((bad.first?.score ?? 0) < 0.3)
        #expect(cut.map(\.chunk.text) == ["Refunds are paid within thirty days of the purchase."])
        #expect(zip(good, good.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test("Words that all chunks have are looked at when there are no others")
    func frequentWords() async throws {
        let index = try await temporary.index()
        let file = try await index.begin(Identifier("file-1"), name: "a", attributes: Attributes())
        let chunks = (0..<1500).map { TextChunk(text: "lamp number\($0)", tokens: 2) }
        try await index.append(chunks, vectors: nil, to: file)
        _ = try await index.finish(file)

        #expect(try await index.texts("lamp").count == 10)
        #expect(try await index.texts("lamp number77").first == "lamp number77")
    }

    @Test("The same text is listed after all that is different")
    func repeats() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a red lamp"])
        try await index.add("file-2", ["a red lamp"])
        try await index.add("file-3", ["a lamp that is not red but has many other words around it"])

        let hits = try await index.search(IndexQuery(text: "red lamp"))

        #expect(hits.count == 3)
        #expect(hits.map(\.chunk.text).firstIndex(of: "a red lamp") == 0)
        #expect(hits.last?.chunk.text == "a red lamp")
        #expect(zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(try await index.search(IndexQuery(text: "red lamp", limit: 2)).map(\.file.rawValue).contains("file-3"))
    }

    @Test("The file's name is found with each of its chunks")
    func names() async throws {
        let index = try await temporary.index()
        try await index.add("handbook", ["the door is blue"])
        try await index.add("file-2", ["the door is red"])

        #expect(try await index.texts("handbook").first == "the door is blue")
    }
}

@Suite struct StoreIndexVectorTests {
    private let temporary = TemporaryIndexes()

    private let east: [Float] = [1, 0, 0]
    private let north: [Float] = [0, 1, 0]
    private let between: [Float] = [0.8, 0.6, 0]

    private func query(_ text: String, _ values: [Float], model: String = "model", filter: AttributeFilter? = nil)
        -> IndexQuery
    {
        IndexQuery(text: text, vector: QueryVector(model: model, values: values), filter: filter)
    }

    @Test("What has no word in common is found by its meaning")
    func meaning() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp", "a door", "a roof"], vectors: [east, north, between])

        let hits = try await index.search(query("light", [2, 0, 0]))

        #expect(hits.map(\.chunk.text).prefix(2) == ["a lamp", "a roof"])
    }

    @Test("Vectors of files that are added and removed while others are in memory count as they should")
    func upToDate() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp"], vectors: [between])
        #expect(try await index.search(query("light", east)).map(\.chunk.text) == ["a lamp"])

        try await index.add("file-2", ["a candle"], vectors: [east])
        #expect(try await index.search(query("light", east)).first?.chunk.text == "a candle")

        try await index.remove(Identifier("file-2"))
        #expect(try await index.search(query("light", east)).map(\.chunk.text) == ["a lamp"])
    }

    @Test("A chunk of several vectors is as near as the nearest of them")
    func windows() async throws {
        let index = try await temporary.index()
        let file = try await index.begin(Identifier("file-1"), name: "a", attributes: Attributes())
        let chunks = [TextChunk(text: "long", tokens: 1), TextChunk(text: "short", tokens: 1)]
        let vectors = ChunkVectors(model: "model", vectors: [north, east, between], owners: [0, 0, 1])
        try await index.append(chunks, vectors: vectors, to: file)
        _ = try await index.finish(file)

        let hits = try await index.search(query("?", east))

        #expect(hits.map(\.chunk.text) == ["long", "short"])
    }

    @Test("Vectors of another model or dimension are refused, and a question's are not compared")
    func otherModel() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp"], vectors: [east])
        #expect(index.vectorSpace() == VectorSpace(model: "model", dimensions: 3))
        let file = try await index.begin(Identifier("file-2"), name: "a", attributes: Attributes())
        let chunks = [TextChunk(text: "a door", tokens: 1)]

        await #expect(throws: VectorSpaceMismatch.self) {
            try await index.append(chunks, vectors: ChunkVectors(model: "other", vectors: [east]), to: file)
        }
        await #expect(throws: VectorSpaceMismatch.self) {
            try await index.append(chunks, vectors: ChunkVectors(model: "model", vectors: [[1, 0]]), to: file)
        }
        #expect(try await index.search(query("light", east, model: "other")).isEmpty)
        #expect(try await index.search(query("light", [1, 0])).isEmpty)
        #expect(try await index.search(query("lamp", east, model: "other")).map(\.chunk.text) == ["a lamp"])
    }

    @Test("The last file takes the model with it")
    func modelGone() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp"], vectors: [east])

        try await index.remove(Identifier("file-1"))

        #expect(index.vectorSpace() == nil)
        let file = try await index.begin(Identifier("file-2"), name: "a", attributes: Attributes())
        let vectors = ChunkVectors(model: "other", vectors: [[1, 0]])
        try await index.append([TextChunk(text: "a door", tokens: 1)], vectors: vectors, to: file)
        _ = try await index.finish(file)
        #expect(try await index.search(query("?", [1, 0], model: "other")).map(\.chunk.text) == ["a door"])
    }

    @Test("Filters hold for what is found by meaning, too")
    func filters() async throws {
        let index = try await temporary.index()
        try await index.add("file-1", ["a lamp"], vectors: [east], attributes: [.init("kind", .string("a"))])
        try await index.add("file-2", ["a candle"], vectors: [between], attributes: [.init("kind", .string("b"))])
        let filter = AttributeFilter.comparison(.init(key: "kind", test: .equal(.string("b"))))

        #expect(try await index.search(query("light", east, filter: filter)).map(\.chunk.text) == ["a candle"])
    }
}
