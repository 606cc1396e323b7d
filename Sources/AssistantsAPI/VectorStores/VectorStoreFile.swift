/// A file's place in a vector store; its id in the API is the file's.
package struct VectorStoreFile: Sendable, Equatable {
    package var id: Identifier<File>
    package var storeID: Identifier<VectorStore>
    package var createdAt: Timestamp
    package var state: State
    package var chunking: ChunkingStrategy
    package var attributes: Attributes

    package init(
        id: Identifier<File>,
        storeID: Identifier<VectorStore>,
        createdAt: Timestamp,
        state: State = .inProgress,
        chunking: ChunkingStrategy = .default,
        attributes: Attributes = Attributes()
    ) {
        self.id = id
        self.storeID = storeID
        self.createdAt = createdAt
        self.state = state
        self.chunking = chunking
        self.attributes = attributes
    }

    /// How far its ingestion has come.
    package enum State: Sendable, Equatable {
        case inProgress
        /// It can be found; its chunks take so many bytes.
        case completed(usageBytes: Int)
        case failed(LastError)
        case cancelled

        package var status: Status {
            switch self {
            case .inProgress: .inProgress
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// A state's name in the API.
    package enum Status: String, Sendable, CaseIterable {
        case inProgress = "in_progress"
        case completed
        case failed
        case cancelled
    }

    /// Why it cannot be searched.
    package struct LastError: Sendable, Equatable {
        package enum Code: String, Sendable {
            case serverError = "server_error"
            case unsupportedFile = "unsupported_file"
            case invalidFile = "invalid_file"
        }

        package var code: Code
        package var message: String

        package init(code: Code, message: String) {
            self.code = code
            self.message = message
        }
    }
}

extension VectorStoreFile: JSONWritable {
    /// The vector store file object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        var usageBytes = 0
        var lastError: LastError?
        switch state {
        case .completed(let bytes): usageBytes = bytes
        case .failed(let error): lastError = error
        case .inProgress, .cancelled: break
        }
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "vector_store.file")
        writer.member("usage_bytes", usageBytes)
        writer.member("created_at", createdAt)
        writer.member("vector_store_id", storeID)
        writer.member("status", state.status.rawValue)
        writer.member("last_error", lastError)
        writer.member("chunking_strategy", chunking)
        writer.member("attributes", attributes)
        writer.endObject()
    }
}

extension VectorStoreFile.LastError: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", code.rawValue)
        writer.member("message", message)
        writer.endObject()
    }
}
