import AssistantsAPI
import Foundation
import Retrieval
import Storage

/// Filling and searching one store of some size: chunks of 800 tokens that overlap by half, with a vector of 256 for
/// each and without.
struct StorePart {
    private static let dimensions = 256
    private static let fileBytes = 2_000_000
    /// As many as the server writes at a time when there are no vectors.
    private static let batch = 500
    private static let questions = 60

    let folder: String
    let chunks: Int

    func run(_ table: inout FigureTable) async throws {
        let indexes = StoreIndexes(directory: folder)
        let size = "\(chunks / 1000)k"
        let words = try await fill(indexes.index(of: Identifier("vs_0")), chunks: chunks, withVectors: false)
        table.add("\(size) chunks: ingest of plain text", words.rate(of: words.steps), "MB/s", atLeast: 5)
        try await indexes.delete(Identifier("vs_0"))
        let index = try await indexes.index(of: Identifier("vs_1"))
        let filling = try await fill(index, chunks: chunks, withVectors: true)
        table.add("\(size) chunks: ingest with vectors", filling.rate(of: filling.steps), "MB/s")
        let part = filling.steps.count / 5
        // Parts of the index of words are merged at every eighth file or so: only a fifth with several merges tells.
        if part >= 16 {
            let slowdown = filling.rate(of: filling.steps.prefix(part)) / filling.rate(of: filling.steps.suffix(part))
            table.add("\(size) chunks: first fifth's rate by last fifth's", slowdown, "x", below: 1.3)
        }
        table.add("\(size) chunks: memory after filling", ResidentMemory.now(), "MB")
        try await search(index, size, &table)
        try await indexes.delete(Identifier("vs_1"))
    }

    private struct Filling {
        var text = SyntheticText(seed: 3)
        var numbers = Numbers(seed: 5)
        var chunks = 0
        var steps: [(bytes: Int, seconds: Double)] = []

        func rate(of steps: some Sequence<(bytes: Int, seconds: Double)>) -> Double {
            let sum = steps.reduce(into: (0, 0.0)) { $0 = ($0.0 + $1.bytes, $0.1 + $1.seconds) }
            return Double(sum.0) / sum.1 / 1e6
        }
    }

    private func fill(_ index: StoreIndex, chunks: Int, withVectors: Bool) async throws -> Filling {
        var filling = Filling()
        while filling.chunks < chunks { try await addFile(to: index, &filling, withVectors: withVectors) }
        return filling
    }

    /// Indexes one more file. Making its text and vectors is not counted.
    private func addFile(to index: StoreIndex, _ filling: inout Filling, withVectors: Bool) async throws {
        let number = filling.steps.count
        let text = filling.text.document(bytes: Self.fileBytes, inKorean: number % 2 == 1)
        var seconds = 0.0
        func measured<Value>(_ body: () async throws -> Value) async rethrows -> Value {
            let start = ProcessorTime.now()
            defer { seconds += ProcessorTime.now() - start }
            return try await body()
        }
        let file = try await measured {
            try await index.begin(Identifier("file-\(number)"), name: "\(number).txt", attributes: Attributes())
        }
        var chunker = Chunker()
        var waiting = await measured { chunker.add(TextPiece(text: text)) }
        waiting += chunker.finish()
        for start in stride(from: 0, to: waiting.count, by: Self.batch) {
            let batch = Array(waiting[start..<min(waiting.count, start + Self.batch)])
            let vectors = withVectors ? batch.map { _ in filling.numbers.direction(Self.dimensions) } : nil
            try await measured {
                let vectors = vectors.map { ChunkVectors(model: "synthetic", vectors: $0) }
                try await index.append(batch, vectors: vectors, to: file)
            }
        }
        _ = try await measured { try await index.finish(file) }
        filling.chunks += waiting.count
        filling.steps.append((text.utf8.count, seconds))
    }

    private func search(_ index: StoreIndex, _ size: String, _ table: inout FigureTable) async throws {
        var text = SyntheticText(seed: 17)
        var numbers = Numbers(seed: 19)
        let goal = chunks <= 10_000 ? 5.0 : 40.0
        for inKorean in [false, true] {
            var times: [Double] = []
            for _ in 0..<Self.questions {
                let vector = QueryVector(model: "synthetic", values: numbers.direction(Self.dimensions))
                let query = IndexQuery(text: text.question(inKorean: inKorean), vector: vector, limit: 20)
                // The first time pages and vectors come from the disk.
                _ = try await index.search(query)
                let start = ProcessorTime.now()
                _ = try await index.search(query)
                times.append((ProcessorTime.now() - start) * 1000)
            }
            times.sort()
            let name = "\(size) chunks: hybrid search, \(inKorean ? "Korean" : "English")"
            table.add("\(name), median", times[times.count / 2], "ms", below: goal)
            table.add("\(name), nine in ten", times[times.count * 9 / 10], "ms")
        }
    }
}
