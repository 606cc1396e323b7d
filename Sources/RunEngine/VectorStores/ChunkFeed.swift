import AssistantsAPI
import Retrieval
import Storage

/// Turns the text of one file, as it comes, into chunks in an index. Keeps a bounded number of them in memory.
actor ChunkFeed {
    private let index: StoreIndex
    private let indexing: IndexingFile
    /// Nil when the chunks get no vectors.
    private var embeddings: CachedEmbeddings?
    private var chunker: Chunker
    private var waiting: [TextChunk] = []
    private var count = 0

    /// Chunks that are written together when they get no vectors. The more, the fewer parts the index of words has, which it
    /// merges again and again.
    private let plainBatch: Int
    /// Chunks that are embedded and written together. One of the usual size has some five vectors.
    private static let embeddedBatch = 48
    private var batch: Int { embeddings == nil ? plainBatch : Self.embeddedBatch }

    /// Tokens of chunks that are written together, which may be of any size: some megabytes of text.
    private static let tokensAtOnce = 400_000

    init(
        chunking: ChunkingStrategy,
        index: StoreIndex,
        indexing: IndexingFile,
        embeddings: CachedEmbeddings?
    ) {
        chunker = Chunker(maximumTokens: chunking.maximumTokens, overlapTokens: chunking.overlapTokens)
        plainBatch = min(500, Self.tokensAtOnce / chunking.maximumTokens)
        self.index = index
        self.indexing = indexing
        self.embeddings = embeddings
    }

    /// Takes the next piece of the text; returns when there is room for more.
    func take(_ piece: TextPiece) async throws {
        waiting += chunker.add(piece)
        while waiting.count >= batch { try await write(batch) }
    }

    /// Writes what is left. Returns how many chunks there were.
    func finish() async throws -> Int {
        waiting += chunker.finish()
        while !waiting.isEmpty { try await write(min(batch, waiting.count)) }
        return count
    }

    private func write(_ size: Int) async throws {
        let chunks = Array(waiting.prefix(size))
        waiting.removeFirst(size)
        count += size
        do {
            let vectors = try await vectors(of: chunks)
            try await index.append(chunks, vectors: vectors, to: indexing)
        } catch is VectorSpaceMismatch {
            // The store has vectors of another model; they are never mixed.
            embeddings = nil
            try await index.append(chunks, vectors: nil, to: indexing)
        }
    }

    private func vectors(of chunks: [TextChunk]) async throws -> ChunkVectors? {
        guard let embeddings else { return nil }
        if let space = index.vectorSpace(), space.model != embeddings.name {
            self.embeddings = nil
            return nil
        }
        let windows = chunks.enumerated().flatMap { index, chunk in
            ChunkWindows.of(chunk.text).map { (owner: index, text: $0) }
        }
        return ChunkVectors(
            model: embeddings.name,
            vectors: try await embeddings.vectors(for: windows.map(\.text)),
            owners: windows.map(\.owner)
        )
    }
}
