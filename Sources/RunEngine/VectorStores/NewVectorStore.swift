import AssistantsAPI

/// What a vector store is made of.
package struct NewVectorStore: Sendable, Equatable {
    package let id: Identifier<VectorStore>
    package var name: String?
    package var description: String?
    package var files: [Identifier<File>]
    /// How the files are cut; nil for the default.
    package var chunking: ChunkingStrategy?
    package var expiration: VectorStore.Expiration?
    package var metadata: Metadata

    package init(
        id: Identifier<VectorStore>,
        name: String? = nil,
        description: String? = nil,
        files: [Identifier<File>] = [],
        chunking: ChunkingStrategy? = nil,
        expiration: VectorStore.Expiration? = nil,
        metadata: Metadata = Metadata()
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.files = files
        self.chunking = chunking
        self.expiration = expiration
        self.metadata = metadata
    }

    /// The same for a thread, whose stores live as long as it is used.
    package var ofThread: NewVectorStore {
        var store = self
        store.expiration = .ofThreadStores
        return store
    }
}
