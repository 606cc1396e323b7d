import AssistantsAPI
import Logging
import Retrieval
import Storage
import TextExtraction

/// Ingests one file: reads its text, cuts it, and puts the chunks with their vectors into the store's index.
struct FileIngestion: Sendable {
    let claim: IngestionClaim
    let parts: IngestionParts

    /// Returns the bytes that the chunks take. Nothing of the file can be found before; when this throws, nothing of it is
    /// left.
    func perform() async throws -> Int {
        let (claim, database) = (claim, parts.database)
        let stored = try await database.read { db in
            try db.files.find(claim.file, in: claim.project)
        }
        // Deleted a moment ago.
        guard let stored else { throw LostClaim() }
        let index = try await parts.indexes.index(of: claim.store)
        let indexing = try await index.begin(
            claim.file,
            name: stored.file.filename,
            attributes: claim.attributes
        )
        do {
            let feed = ChunkFeed(
                chunking: claim.chunking,
                index: index,
                indexing: indexing,
                embeddings: parts.embeddings
            )
            try await parts.extraction.extract(
                path: parts.contents.path(of: stored.content),
                filename: stored.file.filename
            ) { piece in
                try Task.checkCancellation()
                try await feed.take(piece)
            }
            guard try await feed.finish() > 0 else {
                throw ExtractionFailure(.invalidFile, "The file could not be parsed because it has no text.")
            }
            try Task.checkCancellation()
            return try await index.finish(indexing)
        } catch {
            // In a task of its own: that the ingestion was cancelled must not keep it from cleaning up.
            await Task { try? await index.abandon(indexing) }.value
            throw error
        }
    }
}

/// What an ingestion works with.
package struct IngestionParts: Sendable {
    package var database: Database
    package var contents: FileContents
    package var indexes: StoreIndexes
    package var extraction: TextExtraction
    /// Nil when there is no embedding model: what is ingested is found by its words alone.
    package var embeddings: CachedEmbeddings?

    package init(
        database: Database,
        contents: FileContents,
        indexes: StoreIndexes,
        extraction: TextExtraction,
        embeddings: CachedEmbeddings?
    ) {
        self.database = database
        self.contents = contents
        self.indexes = indexes
        self.extraction = extraction
        self.embeddings = embeddings
    }
}
