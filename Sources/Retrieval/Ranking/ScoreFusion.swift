/// Joins what is found by words and what is found by meaning by how near it is on each side.
///
/// On the retrieval benchmark this is as good as the better side for every kind of question, where ranks alone fall
/// behind it: the first of a list is first however little it has to do with the question.
package struct ScoreFusion: Sendable {
    /// A hit of either search, and how near it is by each: see `Relevance`.
    package struct Candidate: Sendable, Equatable {
        package var item: Int
        package var text: Double
        package var embedding: Double

        package init(item: Int, text: Double, embedding: Double) {
            self.item = item
            self.text = text
            self.embedding = embedding
        }
    }

    private let weights: FusionWeights

    package init(weights: FusionWeights) {
        let sum = weights.text + weights.embedding
        self.weights = FusionWeights(text: weights.text / sum, embedding: weights.embedding / sum)
    }

    /// The best first. What is beyond 1 is told apart, but is 1 to callers.
    package func hits(_ candidates: [Candidate]) -> [FusedHit] {
        candidates
            .map { candidate in
                let score = weights.text * candidate.text + weights.embedding * candidate.embedding
                return FusedHit(item: candidate.item, score: score)
            }
            .filter { $0.score > 0 }
            .sorted { ($0.score, $1.item) > ($1.score, $0.item) }
            .map { FusedHit(item: $0.item, score: min(1, $0.score)) }
    }
}
