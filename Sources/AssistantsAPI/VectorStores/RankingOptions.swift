/// How what a search finds is put in order.
package struct RankingOptions: Sendable, Equatable {
    /// As the API names it: `none` for the fused ranks alone, anything else for the best there is.
    package var ranker: String
    /// From 0 to 1; results below it are dropped.
    package var scoreThreshold: Double
    /// How much each side counts; nil leaves it to the search.
    package var weights: HybridWeights?

    package init(ranker: String = "auto", scoreThreshold: Double = 0, weights: HybridWeights? = nil) {
        self.ranker = ranker
        self.scoreThreshold = scoreThreshold
        self.weights = weights
    }
}

/// How much nearness of meaning and words in common count. Neither is negative, and one is not 0; their sum is free.
package struct HybridWeights: Sendable, Equatable {
    package var embedding: Double
    package var text: Double

    package init(embedding: Double, text: Double) {
        self.embedding = embedding
        self.text = text
    }
}

extension HybridWeights: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("embedding_weight", embedding)
        writer.member("text_weight", text)
        writer.endObject()
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    init?(stored value: JSONValue) {
        guard let embedding = value["embedding_weight"]?.doubleValue, let text = value["text_weight"]?.doubleValue
        else {
            return nil
        }
        self.init(embedding: embedding, text: text)
    }
}
