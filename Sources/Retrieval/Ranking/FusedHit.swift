/// A hit of two searches together.
package struct FusedHit: Sendable, Equatable {
    package var item: Int
    /// From 0 to 1; that of the next hit is not higher.
    package var score: Double
}

/// How much each search counts; one is not 0, and what their sum is does not matter.
package struct FusionWeights: Sendable, Equatable {
    package var text: Double
    package var embedding: Double

    package init(text: Double = 0.5, embedding: Double = 0.5) {
        self.text = text
        self.embedding = embedding
    }
}
