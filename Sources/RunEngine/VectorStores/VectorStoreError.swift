import AssistantsAPI

/// Why what a caller asks of vector stores is refused.
package enum VectorStoreError: Error, Sendable, Equatable {
    case storeNotFound(Identifier<VectorStore>)
    case batchNotFound(Identifier<VectorStoreFileBatch>)
    /// The file may exist; it is not in this store.
    case notInStore(Identifier<File>, Identifier<VectorStore>)
    case storeExpired(Identifier<VectorStore>)
    /// With the files that are to be added it would hold more than it may.
    case storeFull(Identifier<VectorStore>)
    /// Files of these types cannot be searched; extensions with their point.
    case unsupportedFiles(extensions: [String])

    /// What callers are told, in the words that clients of the Assistants API look for.
    package var message: String {
        switch self {
        case .storeNotFound(let id): "No vector store found with id '\(id.shortened)'."
        case .batchNotFound(let id): "No batch found with id '\(id.shortened)'."
        case .notInStore(let file, let store):
            "No file found with id '\(file.shortened)' in vector store '\(store.shortened)'."
        case .storeExpired(let id):
            "Vector store '\(id)' is expired. Create a new vector store with the same files and use that one."
        case .storeFull(let id):
            "Vector store '\(id)' cannot hold more than \(VectorStore.maximumFiles) files."
        case .unsupportedFiles(let extensions):
            "Files with extensions [\(extensions.joined(separator: ", "))] are not supported for retrieval."
        }
    }
}
