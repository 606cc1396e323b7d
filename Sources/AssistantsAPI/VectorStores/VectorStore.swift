/// A collection of files, cut into chunks that can be searched.
package struct VectorStore: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "vs_"
    /// Files that one store may hold.
    package static let maximumFiles = 10_000

    package var id: Identifier<VectorStore>
    package var createdAt: Timestamp
    package var name: String?
    package var description: String?
    /// Bytes that the chunks of the store's files take; 0 for files that are not completed.
    package var usageBytes: Int
    package var fileCounts: FileCounts
    package var expiration: Expiration?
    /// When it was created, changed or searched last.
    package var lastActiveAt: Timestamp
    /// Whether it expired; its files are gone from search then, for good.
    package var isExpired: Bool
    package var metadata: Metadata

    package init(
        id: Identifier<VectorStore>,
        createdAt: Timestamp,
        name: String? = nil,
        description: String? = nil,
        usageBytes: Int = 0,
        fileCounts: FileCounts = FileCounts(),
        expiration: Expiration? = nil,
        lastActiveAt: Timestamp? = nil,
        isExpired: Bool = false,
        metadata: Metadata = Metadata()
    ) {
        self.id = id
        self.createdAt = createdAt
        self.name = name
        self.description = description
        self.usageBytes = usageBytes
        self.fileCounts = fileCounts
        self.expiration = expiration
        self.lastActiveAt = lastActiveAt ?? createdAt
        self.isExpired = isExpired
        self.metadata = metadata
    }

    /// How long it lives after it was used last.
    package struct Expiration: Sendable, Equatable {
        package static let allowedDays = 1...365
        /// What a store lives that was made for a thread.
        package static let ofThreadStores = Expiration(days: 7)

        /// Within `allowedDays`.
        package var days: Int

        package init(days: Int) { self.days = days }
    }

    package enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed
        case expired
    }

    package var status: Status {
        if isExpired { .expired } else if fileCounts.inProgress > 0 { .inProgress } else { .completed }
    }

    /// When it expires unless it is used before.
    package var expiresAt: Timestamp? {
        expiration.map { lastActiveAt.adding(.seconds($0.days * 86_400)) }
    }
}

extension VectorStore: JSONWritable {
    /// The vector store object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "vector_store")
        writer.member("created_at", createdAt)
        writer.member("name", name)
        writer.member("description", description)
        writer.member("usage_bytes", usageBytes)
        writer.member("file_counts", fileCounts)
        writer.member("status", status.rawValue)
        writer.member("expires_after", expiration)
        writer.member("expires_at", expiresAt)
        writer.member("last_active_at", lastActiveAt)
        writer.member("metadata", metadata)
        writer.endObject()
    }
}

extension VectorStore.Expiration: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("anchor", "last_active_at")
        writer.member("days", days)
        writer.endObject()
    }
}
