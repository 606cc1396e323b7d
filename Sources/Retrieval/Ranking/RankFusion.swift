/// Joins what is found by words and what is found by meaning: reciprocal rank fusion.
///
/// Ranks are joined, not scores, as scores of the two have nothing in common. But the first of a list is first even when
/// the question is about something else: what is published is therefore held down by how near the hit really is.
package struct RankFusion: Sendable {
    /// How much each list counts; at least one is not 0.
    package struct Weights: Sendable, Equatable {
        package var text: Double
        package var embedding: Double

        package init(text: Double = 0.5, embedding: Double = 0.5) {
            self.text = text
            self.embedding = embedding
        }
    }

    /// A hit of one list, the best first. `relevance`, from 0 to 1, tells how near it is by its own measure.
    package struct Candidate: Sendable, Equatable {
        package var item: Int
        package var relevance: Double

        package init(item: Int, relevance: Double) {
            self.item = item
            self.relevance = relevance
        }
    }

    package struct Hit: Sendable, Equatable {
        package var item: Int
        /// From 0 to 1; that of the next hit is not higher.
        package var score: Double
    }

    /// With 60, as is often seen, the order within a list hardly counts.
    private static let rankOffset = 10.0

    private let weights: Weights

    package init(weights: Weights) { self.weights = weights }

    /// All that is in one of the lists, the best first. A list that does not exist, as there are no vectors, is nil.
    package func hits(text: [Candidate], embedding: [Candidate]?) -> [Hit] {
        let embeddingWeight = embedding == nil ? 0 : weights.embedding
        // Without vectors words are all there is, whatever they were to count.
        let textWeight = embedding == nil ? 1 : weights.text
        var found: [Int: (sum: Double, relevance: Double)] = [:]
        func add(_ list: [Candidate], weight: Double) {
            guard weight > 0 else { return }
            for (rank, candidate) in list.enumerated() {
                let earlier = found[candidate.item] ?? (0, 0)
                found[candidate.item] = (
                    earlier.sum + weight / (Self.rankOffset + Double(rank + 1)),
                    max(earlier.relevance, candidate.relevance)
                )
            }
        }
        add(text, weight: textWeight)
        add(embedding ?? [], weight: embeddingWeight)
        let most = (textWeight + embeddingWeight) / (Self.rankOffset + 1)
        let ranked = found.sorted { ($0.value.sum, $1.key) > ($1.value.sum, $0.key) }
        var last = 1.0
        return ranked.map { item, value in
            last = min(last, Self.published(value.sum / most) * min(1, value.relevance))
            return Hit(item: item, score: last)
        }
    }

    /// What is first in one of the lists and not in the other is half of what could be, and yet a good hit.
    private static func published(_ share: Double) -> Double { 1 - (1 - share) * (1 - share) }
}
