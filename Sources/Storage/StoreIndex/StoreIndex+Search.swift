import AssistantsAPI
import GRDB
import Retrieval
import Synchronization

extension StoreIndex {
    /// Hits that each side looks for at least: fewer would miss what is far down on one side and high up on the other.
    private static let candidates = 50

    /// The chunks that answer a question best, the best first. What is the same text as a better hit comes last.
    package func search(_ query: IndexQuery) async throws -> [IndexHit] {
        guard query.limit > 0 else { return [] }
        let vector = query.vector.flatMap { usable($0) }
        if vector != nil { try await loadMatrix() }
        let map = map.withLock { $0 }
        let frequentTerms = frequentTerms
        return try await read { db in
            let search = StoreSearching(
                map: map,
                frequentTerms: frequentTerms,
                candidates: max(Self.candidates, 2 * query.limit),
                db: db
            )
            return try search.hits(for: query, vector: vector)
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
        let text = try byWords(query.text, selection.runs)
        let embedding = try vector.flatMap { try byMeaning($0, selection.rows) }
        let fused = RankFusion(weights: query.weights).hits(text: text, embedding: embedding)
        return try hits(fused.prefix { $0.score >= query.scoreThreshold }, limit: query.limit)
    }

    private func byWords(_ text: String, _ runs: [StoreMap.Run]) throws -> [RankFusion.Candidate] {
        let ranking = KeywordRanking(map: map, runs: runs, frequentTerms: frequentTerms)
        return try ranking.hits(for: QueryTerms(text), limit: candidates, in: db).map { hit in
            RankFusion.Candidate(item: hit.chunk, relevance: Relevance.ofCoverage(Double(hit.coverage)))
        }
    }

    /// The nearest by eight bits, put in order by their exact vectors. Nil when there is nothing to compare with.
    private func byMeaning(_ vector: [Float], _ rows: [Range<Int>]) throws -> [RankFusion.Candidate]? {
        guard let matrix = map.matrix, !rows.isEmpty else { return nil }
        let nearest = matrix.nearest(to: QuantizedVector(vector), in: rows, limit: candidates + candidates / 4)
        let compared = rows.reduce(0) { $0 + $1.count }
        var exact: [(chunk: Int, cosine: Float)] = []
        var seen: Set<Int> = []
        for neighbour in nearest.neighbours where seen.insert(neighbour.owner).inserted {
            guard let cosine = try StoredVectors.cosine(of: neighbour.owner, with: vector, in: db) else { continue }
            exact.append((neighbour.owner, cosine))
        }
        exact.sort { ($0.cosine, $1.chunk) > ($1.cosine, $0.chunk) }
        return exact.prefix(candidates).map { chunk, cosine in
            let relevance = Relevance.ofCosine(Double(cosine), mean: nearest.mean, count: compared)
            return RankFusion.Candidate(item: chunk, relevance: relevance)
        }
    }

    /// Reads what was found. Files may have been removed since.
    private func hits(_ fused: some Sequence<RankFusion.Hit>, limit: Int) throws -> [IndexHit] {
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

    private func hit(_ candidate: RankFusion.Hit) throws -> IndexHit? {
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

extension String {
    /// Equal for the same bytes, in this process; that of `String` itself is of composed characters, and slow.
    fileprivate var bytesHash: Int {
        var text = self
        var hasher = Hasher()
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}
