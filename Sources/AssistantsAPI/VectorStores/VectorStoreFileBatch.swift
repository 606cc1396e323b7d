/// Files that were put into a vector store by one request.
package struct VectorStoreFileBatch: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "vsfb_"
    /// Files that one batch may have.
    package static let maximumFiles = 2_000

    package var id: Identifier<VectorStoreFileBatch>
    package var storeID: Identifier<VectorStore>
    package var createdAt: Timestamp
    package var fileCounts: FileCounts
    /// Whether it was cancelled before its last file was done.
    package var isCancelled: Bool

    package init(
        id: Identifier<VectorStoreFileBatch>,
        storeID: Identifier<VectorStore>,
        createdAt: Timestamp,
        fileCounts: FileCounts,
        isCancelled: Bool = false
    ) {
        self.id = id
        self.storeID = storeID
        self.createdAt = createdAt
        self.fileCounts = fileCounts
        self.isCancelled = isCancelled
    }

    package enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed
        case cancelled
        case failed
    }

    /// Follows from the counts, so that both end in the same moment: of the SDKs one waits for this, another for those.
    package var status: Status {
        if fileCounts.inProgress > 0 {
            .inProgress
        } else if isCancelled {
            .cancelled
        } else if fileCounts.failed > 0, fileCounts.failed == fileCounts.total {
            .failed
        } else {
            .completed
        }
    }
}

extension VectorStoreFileBatch: JSONWritable {
    /// The batch object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "vector_store.file_batch")
        writer.member("created_at", createdAt)
        writer.member("status", status.rawValue)
        writer.member("vector_store_id", storeID)
        writer.member("file_counts", fileCounts)
        writer.endObject()
    }
}
