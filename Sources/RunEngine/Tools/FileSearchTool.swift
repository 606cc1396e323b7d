import AssistantsAPI
import ModelProviders
import Retrieval
import Storage

/// The search of documents as a model sees it: a function that takes queries and gives passages with the markers to cite them
/// by.
struct FileSearchTool: ServerTool {
    let search: any FileSearching
    let stores: [Identifier<VectorStore>]
    let project: ProjectID
    let settings: Tool.FileSearch
    let function: Tool.Function
    let contextTokens: Int

    init(
        _ search: any FileSearching,
        in stores: [Identifier<VectorStore>],
        of project: ProjectID,
        settings: Tool.FileSearch,
        filenames: [String],
        beside tools: [Tool],
        contextTokens: Int
    ) {
        self.search = search
        self.stores = stores
        self.project = project
        self.settings = settings
        self.contextTokens = contextTokens
        function = Self.function(named: Self.name(beside: tools), filenames)
    }

    static func name(beside tools: [Tool]) -> String { Tool.Function.freeName("file_search", beside: tools) }

    /// Names of files that the model is told of: it knows then what may be found.
    static let namesShown = 20
    /// Unicode scalars of a name that are shown.
    private static let nameLength = 80

    private static func function(named name: String, _ filenames: [String]) -> Tool.Function {
        let names = filenames.map { name in
            let kept = name.unicodeScalars.lazy.filter { !$0.isLineBreakOrControl }.prefix(nameLength)
            return "\"\(String(String.UnicodeScalarView(kept)))\""
        }
        let documents = names.isEmpty ? "" : "\nDocuments, the newest: \(names.joined(separator: ", "))"
        return Tool.Function(
            name: name,
            description: """
                Searches the documents that belong to this conversation and returns the passages that fit best. Use it \
                whenever the answer may be in the documents, before you answer from your own knowledge or say that you \
                do not know, and again with other words if nothing fits. Every passage begins with a marker such as \
                【4:0†report.pdf】. Cite: directly behind each statement that comes from a passage, copy the marker of \
                that passage exactly, with its brackets. Never make up a marker, and do not list sources at the end.\(documents)
                """,
            parameters: parameters,
            strict: false
        )
    }

    private static let parameters = Tool.Function.parameters(
        "queries",
        JSONObject([
            ("type", .string("array")),
            ("items", .object(JSONObject([("type", .string("string"))]))),
            (
                "description",
                .string(
                    """
                    One to five queries, each a short question or the words to be found, in the language of the documents. \
                    Split a question that asks for several things.
                    """
                )
            ),
        ])
    )

    func begin(id: String) -> ToolCall {
        .fileSearch(FileSearchCall(id: id, ranker: settings.ranker, scoreThreshold: settings.scoreThreshold))
    }

    func carryOut(_ call: ToolCall, in use: ToolUse) async throws -> ToolCall {
        guard case .fileSearch(var call) = call else { return call }
        let queries = FileSearchQueries(in: call.arguments).texts
        var chunks: [FoundChunk] = []
        if !queries.isEmpty {
            chunks = try await search.search(
                FileSearch(
                    stores: stores,
                    project: project,
                    queries: queries,
                    // Neighbours among them become one passage.
                    limit: min(limit + limit / 2, 50),
                    ranking: RankingOptions(
                        ranker: settings.ranker,
                        scoreThreshold: settings.scoreThreshold,
                        weights: settings.weights
                    )
                )
            )
        }
        let question = queries.joined(separator: " ")
        let passages = Passages(chunks, limit: limit, tokens: budget(in: use), question: question)
        call.finding = FileSearchCall.Finding(number: use.sources.nextNumber, results: passages.results)
        return .fileSearch(call)
    }

    // MARK: Limits

    /// The service gave 20 results, and 5 to the models that had little room.
    private var limit: Int { settings.maximumResults ?? (contextTokens > 16_384 ? 20 : 5) }

    /// Tokens that the results may have: as many as at the service, a quarter of a small context, and of all searches of a run
    /// together half of it.
    private func budget(in use: ToolUse) -> Int {
        let most = min(16_000, contextTokens / 4)
        let least = min(most, 400)
        var room = min(most, contextTokens / 2 - use.past.searchTokens)
        if let limit = use.run.settings.maxPromptTokens {
            room = min(room, (limit - use.past.usage.promptTokens - use.past.tokens) / 2)
        }
        return max(room, least)
    }
}
