/// Joins what is found by words and what is found by meaning by their ranks alone: reciprocal rank fusion.
///
/// The first of a list is first even when the question is about something else: what is published is therefore held down
/// by how near the hit really is.
package struct RankFusion: Sendable {
    /// A hit of one search, and how near it is by that: see `Relevance`.
    package struct Candidate: Sendable, Equatable {
        package var item: Int
        package var relevance: Double

        package init(item: Int, relevance: Double) {
            self.item = item
            self.relevance = relevance
        }
    }

    /// With 60, as is often seen, the order within a list hardly counts.
    private static let rankOffset = 10.0

    private let weights: FusionWeights

    package init(weights: FusionWeights) { self.weights = weights }

    /// All that is in one of the lists, which have their best first.
    package func hits(text: [Candidate], embedding: [Candidate]) -> [FusedHit] {
        var found: [Int: (sum: Double, relevance: Double)] = [:]
        for (list, weight) in [(text, weights.text), (embedding, weights.embedding)] where weight > 0 {
            for (rank, candidate) in list.enumerated() {
                let earlier = found[candidate.item] ?? (0, 0)
                found[candidate.item] = (
                    earlier.sum + weight / (Self.rankOffset + Double(rank + 1)),
                    max(earlier.relevance, candidate.relevance)
                )
            }
        }
        let most = (weights.text + weights.embedding) / (Self.rankOffset + 1)
        var last = 1.0
        return found.sorted { ($0.value.sum, $1.key) > ($1.value.sum, $0.key) }.map { item, value in
            last = min(last, Self.published(value.sum / most) * min(1, Self.gain * value.relevance))
            return FusedHit(item: item, score: last)
        }
    }

    /// Good hits, which are half as near as could be, are not held down.
    private static let gain = 2.0

    /// What is first in one of the lists and not in the other is half of what could be, and yet a good hit.
    private static func published(_ share: Double) -> Double { 1 - (1 - share) * (1 - share) }
}
