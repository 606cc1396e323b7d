import AssistantsAPI
import RunEngine
import Storage

/// The body of `POST /vector_stores`.
package struct CreateVectorStoreBody {
    package let store: NewVectorStore

    private static let members = [
        "name", "description", "file_ids", "expires_after", "chunking_strategy", "metadata",
    ]

    package init(_ object: JSONObject, ids: IDGenerator) throws {
        let members = try RequestMembers(object, knowing: Self.members)
        store = NewVectorStore(
            id: ids.next(),
            name: try members["name"]?.text(maximum: RequestLimits.nameLength),
            description: try members["description"]?.text(maximum: RequestLimits.descriptionLength),
            files: try members["file_ids"]?.fileIDs(maximum: RequestLimits.filesOfVectorStore) ?? [],
            chunking: try members["chunking_strategy"]?.chunkingStrategy(),
            expiration: try members["expires_after"]?.expiration(),
            metadata: try members["metadata"]?.metadata() ?? Metadata()
        )
    }
}

/// The body of `POST /vector_stores/{vector_store_id}`.
package struct ModifyVectorStoreBody {
    package let modification: VectorStoreService.Modification

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: ["name", "expires_after", "metadata"])
        modification = VectorStoreService.Modification(
            name: try members.patch("name") { try $0.text(maximum: RequestLimits.nameLength) },
            expiration: try members.patch("expires_after") { try $0.expiration() },
            metadata: try members.patch("metadata") { try $0.metadata() }
        )
    }
}

/// The body of `POST /vector_stores/{vector_store_id}/files`.
package struct AttachFileBody {
    package let addition: VectorStoreService.Addition

    static let members = ["file_id", "attributes", "chunking_strategy"]

    package init(_ object: JSONObject) throws {
        self.init(addition: try Self.addition(try RequestMembers(object, knowing: Self.members)))
    }

    private init(addition: VectorStoreService.Addition) { self.addition = addition }

    static func addition(_ members: RequestMembers) throws -> VectorStoreService.Addition {
        VectorStoreService.Addition(
            file: try members.required("file_id").id(),
            attributes: try members["attributes"]?.attributes(),
            chunking: try members["chunking_strategy"]?.chunkingStrategy()
        )
    }
}

/// The body of `POST /vector_stores/{vector_store_id}/file_batches`.
package struct CreateFileBatchBody {
    package let additions: [VectorStoreService.Addition]

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: ["file_ids", "files", "attributes", "chunking_strategy"])
        let limit = VectorStoreFileBatch.maximumFiles
        if let files = members["files"] {
            guard members["file_ids"] == nil else {
                throw OpenAIError.invalidValue("'file_ids' and 'files' exclude each other.", files.path)
            }
            let elements = try files.elements(maximum: limit, expected: "an array of objects")
            guard !elements.isEmpty else { throw OpenAIError.arrayEmpty(files.path) }
            // What is said for all files together is passed over, as the service does.
            additions = try elements.map { try AttachFileBody.addition(try $0.members(AttachFileBody.members)) }
        } else {
            let list = try members.required("file_ids")
            let ids = try list.fileIDs(maximum: limit)
            guard !ids.isEmpty else { throw OpenAIError.arrayEmpty(list.path) }
            let attributes = try members["attributes"]?.attributes()
            let chunking = try members["chunking_strategy"]?.chunkingStrategy()
            additions = ids.map { VectorStoreService.Addition(file: $0, attributes: attributes, chunking: chunking) }
        }
    }
}

/// The body of `POST /vector_stores/{vector_store_id}/files/{file_id}`.
package struct ModifyAttributesBody {
    package let attributes: Attributes

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: ["attributes"])
        switch try members.patch("attributes", { try $0.attributes() }) {
        case .unchanged: throw OpenAIError.missing("attributes")
        case .cleared: attributes = Attributes()
        case .set(let new): attributes = new
        }
    }
}

/// The body of `POST /vector_stores/{vector_store_id}/search`.
package struct SearchBody {
    package let queries: [String]
    package let rewritesQuery: Bool
    package let options: StoreSearch.Options

    private static let members = ["query", "rewrite_query", "max_num_results", "filters", "ranking_options"]
    private static let rankers = ["none", "auto", "default-2024-11-15"]
    private static let defaultResults = 10

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: Self.members)
        queries = try members.required("query").queries()
        rewritesQuery = try members["rewrite_query"]?.bool() ?? false
        options = StoreSearch.Options(
            limit: try members["max_num_results"]?.integer(in: RequestLimits.maximumSearchResults)
                ?? Self.defaultResults,
            filter: try members["filters"]?.attributeFilter(),
            ranking: try members["ranking_options"]?.rankingOptions(rankers: Self.rankers) ?? RankingOptions()
        )
    }
}

extension RequestValue {
    /// One text, or several.
    fileprivate func queries() throws -> [String] {
        if json.stringValue != nil { return [try nonEmptyText(maximum: RequestLimits.queryLength)] }
        let queries = try elements(maximum: RequestLimits.queries, expected: "one of an array of strings or string")
        guard !queries.isEmpty else { throw OpenAIError.arrayEmpty(path) }
        return try queries.map { try $0.nonEmptyText(maximum: RequestLimits.queryLength) }
    }
}
