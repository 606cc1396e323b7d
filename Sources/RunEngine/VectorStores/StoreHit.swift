import AssistantsAPI
import Retrieval
import Storage

/// A chunk of a file that a search found.
package struct StoreHit: Sendable {
    package let store: Identifier<VectorStore>
    package let file: Identifier<File>
    package let filename: String
    package let attributes: Attributes
    /// Which chunk of its file it is.
    package let number: Int
    package let chunk: TextChunk
    /// From 0 to 1.
    package let score: Double
    /// What was searched for.
    let query: String

    init(store: Identifier<VectorStore>, hit: IndexHit, query: String) {
        self.store = store
        file = hit.file
        filename = hit.filename
        attributes = hit.attributes
        number = hit.number
        chunk = hit.chunk
        score = hit.score
        self.query = query
    }

    package var text: String { chunk.text }

    /// The pages that it stands on, counted from 1; nil where documents of its kind have none.
    package var pages: ClosedRange<Int>? { chunk.pages }

    /// The sentence or line of the chunk that has most of what was searched for.
    package var quote: Quote { Quote.best(in: chunk, for: query) }
}

extension IndexQuery {
    init(_ text: String, vector: QueryVector?, _ options: StoreSearch.Options) {
        self.init(
            text: text,
            vector: vector,
            ranking: options.ranking.ranker == "none" ? .ranks : .scores,
            limit: options.limit,
            filter: options.filter,
            scoreThreshold: options.ranking.scoreThreshold
        )
        if let given = options.ranking.weights {
            weights = FusionWeights(text: given.text, embedding: given.embedding)
        }
    }
}
