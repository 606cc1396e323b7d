import AssistantsAPI
import Logging
import Retrieval
import Storage

/// Searches vector stores, by words and, where there are vectors, by meaning.
package struct StoreSearch: Sendable {
    let worker: IngestionWorker
    let activity: StoreActivity
    let clock: WallClock
    let logger: Logger
    /// Puts a question into words that are better to search for; nil when nobody can.
    let rewriteQuery: (@Sendable (String) async -> String)?

    package init(
        worker: IngestionWorker,
        activity: StoreActivity,
        clock: WallClock,
        logger: Logger,
        rewriteQuery: (@Sendable (String) async -> String)? = nil
    ) {
        self.worker = worker
        self.activity = activity
        self.clock = clock
        self.logger = logger
        self.rewriteQuery = rewriteQuery
    }

    package struct Options: Sendable {
        /// Results at most.
        package var limit: Int
        package var filter: AttributeFilter?
        package var ranking: RankingOptions

        package init(limit: Int, filter: AttributeFilter? = nil, ranking: RankingOptions = RankingOptions()) {
            self.limit = limit
            self.filter = filter
            self.ranking = ranking
        }
    }

    /// What was found, the best first.
    package struct Findings: Sendable {
        package var hits: [StoreHit]
        /// Whether meaning was compared, and not words alone.
        package var comparesMeaning: Bool
    }

    /// The queries as they are searched for when rewriting is asked for.
    package func rewritten(_ queries: [String]) async -> [String] {
        guard let rewriteQuery else { return queries }
        var rewritten: [String] = []
        for query in queries { rewritten.append(await rewriteQuery(query)) }
        return rewritten
    }

    /// Searches several stores for several queries together. A chunk counts with its best score; what is in two stores is
    /// listed once. Stores that are not there are left out.
    ///
    /// Throws `VectorStoreError.storeExpired`.
    package func search(
        _ stores: [Identifier<VectorStore>],
        queries: [String],
        options: Options,
        in project: ProjectID
    ) async throws -> Findings {
        let known = try await worker.parts.database.read { try $0.vectorStores.find(stores, in: project) }
        if let expired = known.first(where: \.isExpired) { throw VectorStoreError.storeExpired(expired.id) }
        let present = stores.filter { id in known.contains { $0.id == id } }
        let now = clock.now()
        for store in present { activity.note(store, at: now) }

        // Before a model is asked, which takes its time: what is deleted meanwhile is not opened again.
        var indexes: [StoreIndex] = []
        for store in present { indexes.append(try await worker.index(of: store)) }
        var findings = Findings(hits: [], comparesMeaning: false)
        let vectors = await vectors(of: queries, for: known)
        for (store, index) in zip(present, indexes) {
            for (number, query) in queries.enumerated() {
                let vector = vectors.map { $0[number] }
                let hits = try await index.search(IndexQuery(query, vector: vector, options))
                findings.hits += hits.map { StoreHit(store: store, hit: $0, query: query) }
            }
            if let space = index.vectorSpace(), space.model == vectors?.first?.model {
                findings.comparesMeaning = true
            }
        }
        findings.hits = Self.best(findings.hits, limit: options.limit)
        return findings
    }

    /// Nil when there is no embedding model, or it fails: then words alone count.
    private func vectors(of queries: [String], for stores: [VectorStore]) async -> [QueryVector]? {
        guard let embeddings = worker.parts.embeddings, stores.contains(where: { $0.fileCounts.completed > 0 }) else {
            return nil
        }
        do {
            var vectors: [QueryVector] = []
            for query in queries {
                let values = try await embeddings.vector(forQuery: query)
                vectors.append(QueryVector(model: embeddings.name, values: values))
            }
            return vectors
        } catch {
            logger.warning("A query got no vector and is searched by its words", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Each chunk once, with its best score. Of equal ones the first comes first.
    private static func best(_ hits: [StoreHit], limit: Int) -> [StoreHit] {
        struct Key: Hashable {
            var file: Identifier<File>
            var number: Int
        }
        var places: [Key: Int] = [:]
        var best: [StoreHit] = []
        for hit in hits {
            let key = Key(file: hit.file, number: hit.number)
            if let place = places[key] {
                if hit.score > best[place].score { best[place] = hit }
            } else {
                places[key] = best.count
                best.append(hit)
            }
        }
        let sorted = best.enumerated().sorted { left, right in
            (right.element.score, left.offset) < (left.element.score, right.offset)
        }
        return sorted.prefix(limit).map(\.element)
    }
}
