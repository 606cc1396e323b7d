import AssistantsAPI
import Retrieval

/// What is looked for in one vector store.
package struct IndexQuery: Sendable {
    /// How hits by words and by meaning are put into one order.
    package enum Ranking: Sendable {
        /// By how near they are on each side.
        case scores
        /// By their ranks on each side alone.
        case ranks
    }

    package var text: String
    /// The question's vector; nil where there is no embedding model.
    package var vector: QueryVector?
    /// How much words and meaning count.
    package var weights: FusionWeights
    package var ranking: Ranking
    /// Hits at most.
    package var limit: Int
    package var filter: AttributeFilter?
    /// From 0 to 1; hits with a lower score are left out.
    package var scoreThreshold: Double

    package init(
        text: String,
        vector: QueryVector? = nil,
        weights: FusionWeights = FusionWeights(),
        ranking: Ranking = .scores,
        limit: Int = 10,
        filter: AttributeFilter? = nil,
        scoreThreshold: Double = 0
    ) {
        self.text = text
        self.vector = vector
        self.weights = weights
        self.ranking = ranking
        self.limit = limit
        self.filter = filter
        self.scoreThreshold = scoreThreshold
    }
}

/// A vector and the model that it was made with. It is compared with vectors of that model only.
package struct QueryVector: Sendable, Equatable {
    package var model: String
    package var values: [Float]

    package init(model: String, values: [Float]) {
        self.model = model
        self.values = values
    }
}

/// The vectors of some chunks.
package struct ChunkVectors: Sendable {
    package var model: String
    package var vectors: [[Float]]
    /// For each vector the index of its chunk, where chunks have several, at most 64 each; nil where each has one.
    package var owners: [Int]?

    package init(model: String, vectors: [[Float]], owners: [Int]? = nil) {
        self.model = model
        self.vectors = vectors
        self.owners = owners
    }
}

/// Vectors of another model or dimension than those that the store has.
package struct VectorSpaceMismatch: Error, Sendable, Equatable {
    package var expected: VectorSpace
    package var found: VectorSpace
}

/// A chunk that was found.
package struct IndexHit: Sendable, Equatable {
    package var file: Identifier<File>
    package var filename: String
    package var attributes: Attributes
    /// The chunk's place in its file, counted from 0.
    package var number: Int
    package var chunk: TextChunk
    /// From 0 to 1; that of the next hit is not higher.
    package var score: Double
}

/// A file that is being indexed. What it has is found once it is finished.
package struct IndexingFile: Sendable {
    package let file: Identifier<File>
    let sequence: Int
    /// Kept open as long as the file is being indexed.
    let index: StoreIndex
}
