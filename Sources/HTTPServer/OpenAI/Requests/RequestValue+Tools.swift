import AssistantsAPI
import RunEngine

/// How tools, and the choice among them, are read.
extension RequestValue {
    private static let toolTypes = ["code_interpreter", "function", "file_search"]

    func tools() throws -> [Tool] {
        let tools = try elements(maximum: RequestLimits.tools, expected: "an array of objects").map { try $0.tool() }
        try checkSize(tools.reduce(0) { $0 + $1.jsonBytes.count }, maximum: RequestLimits.toolBytes)
        return tools
    }

    /// What is copied into every run, and kept in memory, must not be of any size.
    private func checkSize(_ bytes: Int, maximum: Int) throws {
        guard bytes <= maximum else {
            let text =
                "Invalid '\(path)': too large. Expected at most \(maximum) bytes of JSON, but got \(bytes) instead."
            throw OpenAIError.invalidValue(text, path)
        }
    }

    private func tool() throws -> Tool {
        let members = try members(["type", "function", "file_search"])
        let type = try members.required("type")
        switch try type.choice(of: Self.toolTypes) {
        case "function": return .function(try members.required("function").function())
        case "file_search": return .fileSearch(try members["file_search"]?.fileSearch() ?? Tool.FileSearch())
        default: return .codeInterpreter
        }
    }

    private func function() throws -> Tool.Function {
        let members = try members(["name", "description", "parameters", "strict"])
        return Tool.Function(
            name: try members.required("name").codeName(maximum: RequestLimits.functionNameLength),
            description: try members["description"]?.text(maximum: RequestLimits.functionDescriptionLength),
            parameters: try members["parameters"]?.anyObject() ?? Tool.Function.noParameters,
            strict: try members["strict"]?.bool() ?? false
        )
    }

    private func fileSearch() throws -> Tool.FileSearch {
        let members = try members(["max_num_results", "ranking_options"])
        var search = Tool.FileSearch(
            maximumResults: try members["max_num_results"]?.integer(in: RequestLimits.maximumSearchResults)
        )
        if let value = members["ranking_options"] {
            let options = try value.members(["ranker", "score_threshold", "hybrid_search"])
            search.scoreThreshold = try options.required("score_threshold").decimal(in: RequestLimits.scoreThreshold)
            let ranker = try options["ranker"]?.choice(of: ["auto", Tool.FileSearch.defaultRanker])
            search.ranker = ranker ?? search.ranker
            search.weights = try options["hybrid_search"]?.hybridWeights()
        }
        return search
    }

    /// A word, or an object that names a tool.
    func toolChoice() throws -> ToolChoice {
        if json.stringValue != nil {
            switch try choice(of: ["none", "auto", "required"]) {
            case "none": return .none
            case "required": return .required
            default: return .auto
            }
        }
        let members = try members(["type", "function"], expected: "one of a string or an object")
        switch try members.required("type").choice(of: Self.toolTypes) {
        case "function":
            let function = try members.required("function").members(["name"])
            return .function(try function.required("name").codeName(maximum: RequestLimits.functionNameLength))
        case "file_search": return .fileSearch
        default: return .codeInterpreter
        }
    }

    /// The word `auto`, or an object with a type.
    func responseFormat() throws -> ResponseFormat {
        if json.stringValue != nil {
            _ = try choice(of: ["auto"])
            return .auto
        }
        let members = try members(["type", "json_schema"], expected: "one of a string or an object")
        switch try members.required("type").choice(of: ["json_object", "json_schema", "text"]) {
        case "json_schema": return .jsonSchema(try members.required("json_schema").schema())
        case "json_object": return .jsonObject
        default: return .text
        }
    }

    private func schema() throws -> ResponseFormat.Schema {
        let members = try members(["name", "description", "schema", "strict"])
        return ResponseFormat.Schema(
            name: try members.required("name").codeName(maximum: RequestLimits.functionNameLength),
            description: try members["description"]?.text(maximum: RequestLimits.functionDescriptionLength),
            schema: try members["schema"].map { schema in
                let object = try schema.anyObject()
                try schema.checkSize(object.jsonBytes.count, maximum: RequestLimits.schemaBytes)
                return object
            },
            strict: try members["strict"]?.bool()
        )
    }

    func truncation() throws -> RunSettings.Truncation {
        let members = try members(["type", "last_messages"])
        guard try members.required("type").choice(of: ["auto", "last_messages"]) == "last_messages" else {
            return .auto
        }
        return .lastMessages(try members.required("last_messages").integer(in: RequestLimits.lastMessages))
    }

    /// What tools may use. The ids are noted in `references`, to be looked up later.
    ///
    /// - Parameter ids: gives an id to a store that is to be made along; nil where none may be asked for.
    func toolResources(makingStoresWith ids: IDGenerator?, _ references: inout ResourceReferences) throws
        -> ToolResources
    {
        let members = try members(["code_interpreter", "file_search"])
        var resources = ToolResources()
        if let interpreter = try members["code_interpreter"]?.members(["file_ids"]) {
            let ids = try interpreter["file_ids"]?
                .texts(maximum: RequestLimits.codeInterpreterFiles, length: RequestLimits.idLength)
            resources.fileIDs = ids ?? []
            references.addFiles(ids ?? [])
        }
        if let search = members["file_search"] {
            resources.vectorStoreIDs = try search.vectorStores(makingThemWith: ids, &references)
        }
        return resources
    }

    private func vectorStores(
        makingThemWith generator: IDGenerator?,
        _ references: inout ResourceReferences
    ) throws -> [String] {
        let members = try members(generator == nil ? ["vector_store_ids"] : ["vector_store_ids", "vector_stores"])
        let ids = try members["vector_store_ids"]?
            .texts(maximum: RequestLimits.vectorStores, length: RequestLimits.idLength)
        if let new = members["vector_stores"], let generator {
            guard ids == nil else {
                throw OpenAIError.invalidValue("'vector_store_ids' and 'vector_stores' exclude each other.", new.path)
            }
            guard let store = try new.elements(maximum: RequestLimits.vectorStores).first else { return [] }
            let newStore = try store.newVectorStore(as: generator.next())
            references.addFiles(newStore.files.map(\.rawValue))
            references.addNewVectorStore(newStore)
            return [newStore.id.rawValue]
        }
        references.addVectorStores(ids ?? [])
        return ids ?? []
    }

    /// A store as the tools' resources ask for it.
    private func newVectorStore(as id: Identifier<VectorStore>) throws -> NewVectorStore {
        let members = try members(["file_ids", "chunking_strategy", "metadata"])
        return NewVectorStore(
            id: id,
            files: try members["file_ids"]?.fileIDs(maximum: RequestLimits.filesOfNewVectorStore) ?? [],
            chunking: try members["chunking_strategy"]?.chunkingStrategy(),
            metadata: try members["metadata"]?.metadata() ?? Metadata()
        )
    }
}
