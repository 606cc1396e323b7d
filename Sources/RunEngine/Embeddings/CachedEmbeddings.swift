import AssistantsAPI
import ModelProviders
import Storage
import Synchronization

/// An embedding model that is asked for each text once: vectors of documents are kept in the database by what the text is,
/// those of questions in memory.
package final class CachedEmbeddings: Sendable {
    /// What some models want before a text, depending on what it is for: words and a space, or nothing.
    package struct Prefixes: Sendable {
        package var document: String
        package var query: String

        package init(document: String = "", query: String = "") {
            self.document = document.isEmpty ? "" : document + " "
            self.query = query.isEmpty ? "" : query + " "
        }
    }

    /// Names the space of the vectors. Vectors of different names are never compared.
    package var name: String { model.name }

    private let model: any EmbeddingModel
    private let database: Database
    private let prefixes: Prefixes
    private let questions = Mutex(Questions())

    /// Questions whose vectors are kept in memory.
    private static let questionLimit = 512

    private struct Questions {
        var older: [String: [Float]] = [:]
        var newer: [String: [Float]] = [:]
    }

    package init(_ model: any EmbeddingModel, database: Database, prefixes: Prefixes = Prefixes()) {
        self.model = model
        self.database = database
        self.prefixes = prefixes
    }

    /// A vector for each text of a document, in the order of the texts. Throws `ModelError`.
    package func vectors(for texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let texts = texts.map { prefixes.document + $0 }
        let keys = texts.map { [name] in EmbeddingRepository.key(model: name, text: $0) }
        var known = try await database.read { db in
            var known: [String: [Float]] = [:]
            for key in keys where known[key] == nil { known[key] = try db.embeddings.find(key) }
            return known
        }
        var missing: [(key: String, text: String)] = []
        var asked: Set<String> = []
        for (key, text) in zip(keys, texts) where known[key] == nil && asked.insert(key).inserted {
            missing.append((key, text))
        }
        if !missing.isEmpty {
            let vectors = try await model.embed(missing.map(\.text))
            let new = zip(missing, vectors).map { (key: $0.key, vector: $1) }
            try await database.write { try $0.embeddings.put(new) }
            for (key, vector) in new { known[key] = vector }
        }
        let found = keys.compactMap { known[$0] }
        guard found.count == texts.count, found.allSatisfy({ $0.count == found[0].count }) else {
            throw ModelError(.broken, "The embedding model gave vectors of different lengths under one name.")
        }
        return found
    }

    /// The vector of a question. Nothing is written to the disk. Throws `ModelError`.
    package func vector(forQuery text: String) async throws -> [Float] {
        if let known = questions.withLock({ $0.newer[text] ?? $0.older[text] }) { return known }
        guard let vector = try await model.embed([prefixes.query + text]).first else {
            throw ModelError(.broken, "The embedding model gave no vector.")
        }
        questions.withLock { questions in
            if questions.newer.count >= Self.questionLimit / 2 {
                questions.older = questions.newer
                questions.newer = [:]
            }
            questions.newer[text] = vector
        }
        return vector
    }
}
