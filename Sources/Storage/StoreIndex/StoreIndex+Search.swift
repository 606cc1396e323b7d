import AssistantsAPI
import GRDB
import Retrieval
import Synchronization

extension StoreIndex {
    /// Hits that each side looks for at least: fewer would miss what is far down on one side and high up on the other.
    private static let candidates = 50

    /// The chunks that answer a question best, the best first. What is the same text as a better hit comes last, and what left
    /// while it was searched for is not among them.
    package func search(_ query: IndexQuery) async throws -> [IndexHit] {
        guard query.limit > 0 else { return [] }
        let vector = query.vector.flatMap { usable($0) }
        if vector != nil { try await loadMatrix() }
        let searched = map.withLock { $0 }
        let frequentTerms = frequentTerms
        guard !searched.files.isEmpty else { return [] }
        do {
            let hits = try await read { db in
                let search = StoreSearching(
                    map: searched,
                    frequentTerms: frequentTerms,
                    candidates: max(Self.candidates, 2 * query.limit),
                    db: db
                )
                return try search.hits(for: query, vector: vector)
            }
            return map.withLock { now in
                now.removals == searched.removals && !now.isDeleted ? hits : now.present(hits)
            }
        } catch  where map.withLock({ $0.isDeleted }) {
            return []
        }
    }

    /// The vector's direction, if it can be compared with those of the store.
    private func usable(_ vector: QueryVector) -> [Float]? {
        let space = VectorSpace(model: vector.model, dimensions: vector.values.count)
        guard vectorSpace() == space else { return nil }
        return Embedding.normalized(vector.values)
    }
}

/// One search under way.
private struct StoreSearching {
    let map: StoreMap
    let frequentTerms: FrequentTerms
    let candidates: Int
    let db: GRDB.Database

    /// - Parameter vector: the question's, normalized; nil where words are all there is.
    func hits(for query: IndexQuery, vector: [Float]?) throws -> [IndexHit] {
        let selection = map.selection(query.filter)
        let keywords = try KeywordRanking(map: map, runs: selection.runs, frequentTerms: frequentTerms)
            .scores(for: QueryTerms(query.text), in: db)
        let meanings = vector.flatMap { vector in Meanings(vector, map: map, rows: selection.rows, limit: candidates) }
        var weights = query.weights
        // Without vectors words are all there is, whatever they were to count.
        if meanings == nil { weights = FusionWeights(text: 1, embedding: 0) }
        let found = try candidates(keywords, meanings, weights)
        let fused: [FusedHit]
        switch query.ranking {
        case .scores: fused = ScoreFusion(weights: weights).hits(found)
        case .ranks:
            let text = found.filter { $0.text > 0 }.sorted { $0.text > $1.text }
            let embedding = found.filter { $0.embedding > 0 }.sorted { $0.embedding > $1.embedding }
            fused = RankFusion(weights: weights).hits(
                text: text.map { RankFusion.Candidate(item: $0.item, relevance: $0.text) },
                embedding: embedding.map { RankFusion.Candidate(item: $0.item, relevance: $0.embedding) }
            )
        }
        return try hits(fused.prefix { $0.score >= query.scoreThreshold }, limit: query.limit)
    }

    /// The best of each side, with how near they are on the other one.
    private func candidates(
        _ keywords: KeywordScores,
        _ meanings: Meanings?,
        _ weights: FusionWeights
    ) throws -> [ScoreFusion.Candidate] {
        let words = weights.text > 0 ? keywords.best(candidates).map(\.chunk) : []
        let near = weights.embedding > 0 ? meanings?.chunks ?? [] : []
        var seen: Set<Int> = []
        return try (words + near).filter { seen.insert($0).inserted }.map { chunk in
            ScoreFusion.Candidate(
                item: chunk,
                text: Relevance.ofWords(share: Double(keywords.share(of: chunk))),
                embedding: try meanings?.relevance(of: chunk, in: db) ?? 0
            )
        }
    }

    /// Reads what was found. Files may have been removed since.
    private func hits(_ fused: some Sequence<FusedHit>, limit: Int) throws -> [IndexHit] {
        var hits: [IndexHit] = []
        var repeats: [IndexHit] = []
        var seen: Set<Int> = []
        for candidate in fused where hits.count < limit {
            guard let hit = try hit(candidate) else { continue }
            if seen.insert(hit.chunk.text.bytesHash).inserted { hits.append(hit) } else { repeats.append(hit) }
        }
        let lowest = hits.last?.score ?? 0
        for var hit in repeats.prefix(limit - hits.count) {
            hit.score = min(hit.score, lowest)
            hits.append(hit)
        }
        return hits
    }

    private func hit(_ candidate: FusedHit) throws -> IndexHit? {
        let stored = try db.first(StoredChunk.columns + " WHERE id = ?", [candidate.item]) { StoredChunk($0) }
        guard let stored, let file = map.files[stored.file] else { return nil }
        return IndexHit(
            file: file.id,
            filename: file.name,
            attributes: file.attributes,
            number: stored.number,
            chunk: stored.chunk,
            score: candidate.score
        )
    }
}

/// The chunks whose vectors are nearest to a question's.
private struct Meanings {
    private let vector: [Float]
    private let nearest: VectorMatrix.Nearest
    private let compared: Int
    private let limit: Int

    /// Rows for each chunk that is looked for, as a chunk may have several vectors.
    private static let rowsPerChunk = 4

    /// Nil when there is nothing to compare with.
    init?(_ vector: [Float], map: StoreMap, rows: [Range<Int>], limit: Int) {
        guard let matrix = map.matrix, !rows.isEmpty else { return nil }
        self.vector = vector
        self.limit = limit
        nearest = matrix.nearest(to: QuantizedVector(vector), in: rows, limit: limit * Self.rowsPerChunk)
        compared = rows.reduce(0) { $0 + $1.count }
    }

    /// The nearest first, by eight bits.
    var chunks: [Int] {
        var seen: Set<Int> = []
        let distinct = nearest.neighbours.map(\.owner).filter { seen.insert($0).inserted }
        return Array(distinct.prefix(limit))
    }

    /// By its exact vectors; 0 where it has none.
    func relevance(of chunk: Int, in db: GRDB.Database) throws -> Double {
        guard let cosine = try StoredVectors.cosine(of: chunk, with: vector, in: db) else { return 0 }
        return Relevance.ofMeaning(
            cosine: Double(cosine),
            mean: nearest.mean,
            deviation: nearest.deviation,
            count: compared
        )
    }
}

extension String {
    /// Equal for the same bytes, in this process; that of `String` itself is of composed characters, and slow.
    fileprivate var bytesHash: Int {
        var text = self
        var hasher = Hasher()
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}
