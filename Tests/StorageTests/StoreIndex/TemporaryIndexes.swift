import AssistantsAPI
import Foundation
import Retrieval
import Storage

/// Indexes in a folder of their own, which is gone with them.
final class TemporaryIndexes: Sendable {
    let path = NSTemporaryDirectory() + "index-tests-\(UUID().uuidString)"
    let indexes: StoreIndexes

    init(limits: StoreIndexes.Limits = .standard) { indexes = StoreIndexes(directory: path, limits: limits) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func index(_ id: String = "vs_1") async throws -> StoreIndex { try await indexes.index(of: Identifier(id)) }

    /// Names of the files that there are.
    func files() -> Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []) }
}

extension StoreIndex {
    /// Indexes a file of some chunks, in batches of one.
    func add(
        _ file: String,
        _ texts: [String],
        vectors: [[Float]]? = nil,
        attributes: [Attributes.Pair] = []
    ) async throws {
        let begun = try await begin(Identifier(file), name: "\(file).txt", attributes: Attributes(attributes))
        for (index, text) in texts.enumerated() {
            let vectors = vectors.map { ChunkVectors(model: "model", vectors: [$0[index]]) }
            try await append([TextChunk(text: text, tokens: 1)], vectors: vectors, to: begun)
        }
        _ = try await finish(begun)
    }

    func texts(_ question: String, filter: AttributeFilter? = nil, limit: Int = 10) async throws -> [String] {
        try await search(IndexQuery(text: question, limit: limit, filter: filter)).map(\.chunk.text)
    }
}
