import AssistantsAPI
import Foundation
import ModelProviders
import RunEngine
import Storage
import Synchronization
import Testing

@Suite struct CachedEmbeddingsTests {
    /// Gives each text a vector of its length and first byte, and notes what it was asked.
    private final class CountingModel: EmbeddingModel {
        let name: String
        private let seen = Mutex<[String]>([])

        init(_ name: String) { self.name = name }

        var texts: [String] { seen.withLock { $0 } }

        func embed(_ texts: [String]) async throws -> [[Float]] {
            seen.withLock { $0 += texts }
            return texts.map { [Float($0.utf8.count), Float($0.utf8.first ?? 0), 0.25] }
        }
    }

    private func database(_ path: String) throws -> Database { try Database(directory: DataDirectory(path: path)) }

    @Test("A text is sent to the model once, whoever asks; vectors of another model are others")
    func onceEach() async throws {
        let path = NSTemporaryDirectory() + "embeddings-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (model, database) = (CountingModel("model"), try database(path))
        let embeddings = CachedEmbeddings(model, database: database)

        let (a, bb): ([Float], [Float]) = ([1, 97, 0.25], [2, 98, 0.25])
        #expect(try await embeddings.vectors(for: ["bb", "a", "bb"]) == [bb, a, bb])
        #expect(try await embeddings.vectors(for: ["a", "ccc"]) == [a, [3, 99, 0.25]])
        #expect(try await embeddings.vectors(for: []) == [])
        #expect(model.texts == ["bb", "a", "ccc"])

        // What the first one kept is in the database.
        #expect(try await CachedEmbeddings(model, database: database).vectors(for: ["ccc"]) == [[3, 99, 0.25]])
        #expect(model.texts == ["bb", "a", "ccc"])
        let other = CountingModel("other")
        #expect(try await CachedEmbeddings(other, database: database).vectors(for: ["ccc"]) == [[3, 99, 0.25]])
        #expect(other.texts == ["ccc"])
        try database.close()
    }

    @Test("A query is sent once, with its own prefix")
    func queries() async throws {
        let path = NSTemporaryDirectory() + "embeddings-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (model, database) = (CountingModel("model"), try database(path))
        let prefixes = CachedEmbeddings.Prefixes(document: "passage:", query: "query:")
        let embeddings = CachedEmbeddings(model, database: database, prefixes: prefixes)

        _ = try await embeddings.vector(forQuery: "a")
        _ = try await embeddings.vector(forQuery: "a")
        _ = try await embeddings.vectors(for: ["a"])

        #expect(model.texts == ["query: a", "passage: a"])
        try database.close()
    }
}
