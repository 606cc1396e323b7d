import AssistantsAPI
import Retrieval
import Storage

/// What can be searched in vector stores.
package protocol FileSearching: Sendable {
    /// The chunks that fit best, best first. One that is in several of the stores is listed for each of them. Stores that
    /// are gone are left out.
    func search(_ search: FileSearch) async throws -> [FoundChunk]

    /// Names of files that can be found in stores, the newest of each, at most `limit`.
    func filenames(in stores: [Identifier<VectorStore>], of project: ProjectID, limit: Int) async throws -> [String]

    /// Waits, for a bounded time, until what is being added to a thread's own stores can be found.
    func waitUntilReady(_ stores: [Identifier<VectorStore>], in project: ProjectID) async throws
}

/// What is searched, and where.
package struct FileSearch: Sendable {
    package var stores: [Identifier<VectorStore>]
    package var project: ProjectID
    /// Several ways to ask for the same thing.
    package var queries: [String]
    /// Chunks at most.
    package var limit: Int
    package var ranking: RankingOptions

    package init(
        stores: [Identifier<VectorStore>],
        project: ProjectID,
        queries: [String],
        limit: Int,
        ranking: RankingOptions
    ) {
        self.stores = stores
        self.project = project
        self.queries = queries
        self.limit = limit
        self.ranking = ranking
    }
}

/// A chunk of a document that a search has found.
package struct FoundChunk: Sendable {
    package var fileID: String
    package var filename: String
    package var attributes: Attributes
    /// The chunk's place in its file, counted from 0.
    package var number: Int
    package var chunk: TextChunk
    /// From 0 to 1.
    package var score: Double

    package init(
        fileID: String,
        filename: String,
        attributes: Attributes,
        number: Int,
        chunk: TextChunk,
        score: Double
    ) {
        self.fileID = fileID
        self.filename = filename
        self.attributes = attributes
        self.number = number
        self.chunk = chunk
        self.score = score
    }
}
