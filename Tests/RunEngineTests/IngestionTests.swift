import AssistantsAPI
import Foundation
import ModelProviders
import RunEngine
import Storage
import Synchronization
import Testing

@Suite("Ingestion of files into vector stores")
struct IngestionTests {
    /// Fails as often as it is told, and gives vectors of the lengths of words then.
    private final class MoodyModel: EmbeddingModel {
        let name: String
        private let failures: Mutex<Int>
        private let count = Mutex(0)

        init(_ name: String = "moody", failures: Int = 0) {
            self.name = name
            self.failures = Mutex(failures)
        }

        /// Times that it was asked.
        var calls: Int { count.withLock { $0 } }

        func embed(_ texts: [String]) async throws -> [[Float]] {
            count.withLock { $0 += 1 }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw ModelError(.unavailable, "Out of order.") }
            return texts.map { text in [1, Float(text.utf8.count % 7), Float(text.utf8.first ?? 0) / 100] }
        }
    }

    private static func embeddings(_ model: MoodyModel) -> @Sendable (Database) -> CachedEmbeddings {
        { CachedEmbeddings(model, database: $0) }
    }

    @Test("Files are found once they are completed, and counted")
    func completes() async throws {
        try await TestLibrary().serving { library in
            let file = try await library.upload("The lamp is replaced every year.")
            let empty = try await library.upload("  \n ")
            let store = try await library.settled(try await library.store(of: [file, empty]))
            #expect(store.fileCounts == FileCounts(completed: 1, failed: 1))
            #expect(store.usageBytes > 0)
            #expect(try await library.found("lamp", in: store.id) == [file])
            let failed = try await library.stores.file(empty, of: store.id, in: .default)
            guard case .failed(let error) = failed.state else { return #expect(Bool(false), "\(failed.state)") }
            #expect(error.code == .invalidFile)
        }
    }

    @Test("What may pass is tried again")
    func retries() async throws {
        let model = MoodyModel(failures: 3)
        try await TestLibrary(embeddings: Self.embeddings(model)).serving { library in
            let file = try await library.upload("The lamp is replaced every year.")
            let store = try await library.settled(try await library.store(of: [file]))
            #expect(store.fileCounts == FileCounts(completed: 1))
            #expect(model.calls == 4)
        }
    }

    @Test("What does not pass ends with its reason")
    func givesUp() async throws {
        let model = MoodyModel(failures: 1000)
        let limits = IngestionWorker.Limits(attempts: 3, firstPause: .milliseconds(1))
        try await TestLibrary(embeddings: Self.embeddings(model), limits: limits).serving { library in
            let file = try await library.upload("The lamp is replaced every year.")
            let store = try await library.settled(try await library.store(of: [file]))
            let failed = try await library.stores.file(file, of: store.id, in: .default)
            let error = VectorStoreFile.LastError(
                code: .serverError,
                message: "The embedding model failed: Out of order."
            )
            #expect(failed.state == .failed(error))
            #expect(model.calls == 3)
            #expect(try await library.found("lamp", in: store.id).isEmpty)
        }
    }

    @Test("A file during whose ingestion the process dies again and again is given up")
    func poison() async throws {
        let library = try TestLibrary(limits: IngestionWorker.Limits(attempts: 2))
        let file = try await library.upload("The lamp is replaced every year.")
        let store = try await library.store(of: [file])
        for _ in 0..<2 {
            // A process that claims the file and is gone.
            try await library.database.write { db in
                var last = ProjectID("")
                _ = try db.vectorStoreFiles.claim(limit: 1, running: [:], now: Int.max, after: &last)
                try db.workers.withdrawAll()
            }
        }
        try await library.serving { library in
            let ended = try await library.settled(store)
            #expect(ended.fileCounts == FileCounts(failed: 1))
        }
    }

    @Test("Vectors of two models are never mixed: files that come later are found by their words")
    func otherModel() async throws {
        let path = NSTemporaryDirectory() + "library-\(UUID().uuidString)"
        let store = try await storeWithVectors(of: MoodyModel("one"), at: path)
        let second = try TestLibrary(path: path, embeddings: Self.embeddings(MoodyModel("two")))
        try await second.serving { library in
            let file = try await library.upload("The screen is cleaned every week.")
            _ = try await library.stores.attach(.init(file: file), to: store, in: .default)
            #expect(try await library.settled(store).fileCounts == FileCounts(completed: 2))
            let findings = try await library.findings("screen", in: store)
            #expect(!findings.comparesMeaning)
            #expect(findings.hits.first?.file == file)
        }
    }

    private func storeWithVectors(of model: MoodyModel, at path: String) async throws -> Identifier<VectorStore> {
        let library = try TestLibrary(path: path, embeddings: Self.embeddings(model))
        let store = try await library.serving { library in
            let file = try await library.upload("The lamp is replaced every year.")
            let store = try await library.settled(try await library.store(of: [file])).id
            #expect(try await library.findings("lamp", in: store).comparesMeaning)
            return store
        }
        try library.database.close()
        return store
    }

    @Test("A search goes on by words when the embedding model fails")
    func searchWithoutModel() async throws {
        let path = NSTemporaryDirectory() + "library-\(UUID().uuidString)"
        let store = try await storeWithVectors(of: MoodyModel(), at: path)
        let library = try TestLibrary(path: path, embeddings: Self.embeddings(MoodyModel(failures: 1000)))
        let findings = try await library.findings("lamp", in: store)
        #expect(!findings.comparesMeaning)
        #expect(findings.hits.count == 1)
    }

    @Test("An index that was lost is made again from the files")
    func lostIndex() async throws {
        let path = NSTemporaryDirectory() + "library-\(UUID().uuidString)"
        let store = try await storeWithVectors(of: MoodyModel(), at: path)
        try FileManager.default.removeItem(atPath: path + "/vector_stores")
        try await TestLibrary(path: path).serving { library in
            #expect(try await library.found("lamp", in: store).isEmpty)
            let ended = try await library.settled(store)
            #expect(ended.fileCounts == FileCounts(completed: 1))
            #expect(try await library.found("lamp", in: store).count == 1)
        }
    }

    @Test("What is in two stores is found once, with its best score, and stores that are gone are passed over")
    func severalStores() async throws {
        try await TestLibrary().serving { library in
            let file = try await library.upload("The lamp is replaced every year.")
            let first = try await library.store(of: [file])
            let second = try await library.store(of: [file])
            _ = try await (library.settled(first), library.settled(second))
            let stores = [first, second, Identifier<VectorStore>("vs_gone")]
            let findings = try await library.search.search(
                stores,
                queries: ["lamp", "lamp replaced"],
                options: .init(limit: 50),
                in: .default
            )
            #expect(findings.hits.map(\.file) == [file])
            #expect(findings.hits.first?.quote.text == "The lamp is replaced every year.")
        }
    }

    @Test("However a file is put in, taken out and changed: in the end the index has what the database says")
    func turmoil() async throws {
        let limits = IngestionWorker.Limits(concurrency: 4, firstPause: .milliseconds(1))
        try await TestLibrary(limits: limits).serving { library in
            let store = try await library.store()
            var files: [Identifier<File>] = []
            for number in 0..<8 { files.append(try await library.upload("Shared words of mark\(number).")) }
            let all = files
            await withTaskGroup(of: Void.self) { group in
                for (number, file) in all.enumerated() {
                    group.addTask {
                        for round in 0..<12 {
                            let marks = Attributes([.init("round", .integer(round))])
                            _ = try? await library.stores.attach(
                                .init(file: file, attributes: marks),
                                to: store,
                                in: .default
                            )
                            if (round + number).isMultiple(of: 3) {
                                try? await library.stores.detach(file, from: store, in: .default)
                            }
                        }
                    }
                }
            }
            let ended = try await library.settled(store)
            let page = try await library.stores.files(
                PageRequest(limit: 100, order: .ascending),
                of: store,
                status: nil,
                in: .default
            )
            #expect(ended.fileCounts == FileCounts(completed: page.items.count))
            let findings = try await library.findings("shared words", in: store)
            #expect(findings.hits.count == page.items.count)
            #expect(Set(findings.hits.map(\.file)) == Set(page.items.map(\.id)))
            for hit in findings.hits {
                #expect(hit.attributes == page.items.first { $0.id == hit.file }?.attributes)
            }
            #expect(try await library.database.read { try $0.vectorStoreIndexChanges.next(limit: 10) }.isEmpty)
        }
    }
}
