import AssistantsAPI

extension VectorStore {
    /// Reads a vector store of a dump. Its counts follow from its files.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        let createdAt = try members.time("created_at")
        let days = members["expires_after"]?["days"]?.intValue
        self.init(
            id: try members.id("id"),
            createdAt: createdAt,
            name: members.optionalText("name"),
            description: members.optionalText("description"),
            expiration: days.flatMap { Expiration.allowedDays.contains($0) ? Expiration(days: $0) : nil },
            lastActiveAt: members.optionalTime("last_active_at") ?? createdAt,
            isExpired: members.optionalText("status") == Status.expired.rawValue,
            metadata: try members.metadata()
        )
    }
}

extension VectorStoreFile {
    /// Reads a file in a vector store of a dump.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        self.init(
            id: try members.id("id"),
            storeID: try members.id("vector_store_id"),
            createdAt: try members.time("created_at"),
            state: Self.state(members),
            chunking: Self.chunking(members["chunking_strategy"]),
            attributes: members["attributes"].flatMap { Attributes(storedJSON: $0.jsonText) } ?? Attributes()
        )
    }

    private static func state(_ members: DumpedMembers) -> State {
        switch members.optionalText("status").flatMap(Status.init) {
        case .failed:
            let error = members["last_error"]
            return .failed(
                LastError(
                    code: error?["code"]?.stringValue.flatMap(LastError.Code.init) ?? .serverError,
                    message: error?["message"]?.stringValue ?? ""
                )
            )
        case .cancelled: return .cancelled
        case .completed: return .completed(usageBytes: members["usage_bytes"]?.intValue ?? 0)
        case .inProgress, nil: return .inProgress
        }
    }

    private static func chunking(_ value: JSONValue?) -> ChunkingStrategy {
        guard let size = value?["static"]?["max_chunk_size_tokens"]?.intValue,
            let overlap = value?["static"]?["chunk_overlap_tokens"]?.intValue,
            ChunkingStrategy.allowedTokens.contains(size), 0...size / 2 ~= overlap
        else { return .default }
        return ChunkingStrategy(maximumTokens: size, overlapTokens: overlap)
    }
}
