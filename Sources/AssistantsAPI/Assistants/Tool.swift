/// Something that an assistant may use while it answers.
package enum Tool: Sendable, Equatable {
    case codeInterpreter
    case fileSearch(FileSearch)
    case function(Function)

    /// A function that the caller runs: the model asks for it, the run waits for its output.
    package struct Function: Sendable, Equatable {
        /// Of `a-z`, `A-Z`, `0-9`, `_` and `-`, at most 64 characters.
        package var name: String
        package var description: String?
        /// JSON Schema of the arguments.
        package var parameters: JSONValue
        /// Whether the model must follow the schema to the letter.
        package var strict: Bool

        package init(name: String, description: String?, parameters: JSONValue, strict: Bool) {
            self.name = name
            self.description = description
            self.parameters = parameters
            self.strict = strict
        }

        /// Whether the server runs it in the caller's place: it is called `query_data`, and its parameters say
        /// `"x-run-by": "server"`, which is a keyword of no schema.
        package var isRunByServer: Bool {
            name == Self.queryData.name && parameters["x-run-by"]?.stringValue == "server"
        }

        /// Questions over a thread's data, as an assistant chooses them.
        package static let queryData = Function(
            name: "query_data",
            description: "Queries the data of the conversation with SQL. The server runs it.",
            parameters: .object(
                JSONObject([
                    ("type", .string("object")),
                    ("properties", .object(JSONObject([("sql", .object(JSONObject([("type", .string("string"))])))]))),
                    ("x-run-by", .string("server")),
                ])
            ),
            strict: false
        )

        /// What a function without parameters is said to take.
        package static let noParameters = JSONValue.object(
            JSONObject([("type", .string("object")), ("properties", .object(JSONObject()))])
        )
    }

    /// How documents are searched.
    package struct FileSearch: Sendable, Equatable {
        /// Results at most, from 1 to 50; nil leaves it to the search.
        package var maximumResults: Int?
        package var ranker: String
        /// From 0 to 1; results below it are dropped.
        package var scoreThreshold: Double
        /// How much each side of the search counts; nil leaves it to the search.
        package var weights: HybridWeights?

        package init(
            maximumResults: Int? = nil,
            ranker: String = Self.defaultRanker,
            scoreThreshold: Double = 0,
            weights: HybridWeights? = nil
        ) {
            self.maximumResults = maximumResults
            self.ranker = ranker
            self.scoreThreshold = scoreThreshold
            self.weights = weights
        }

        package static let defaultRanker = "default_2024_08_21"
    }

    /// Whether it is a function, whoever runs it.
    package var isFunction: Bool {
        if case .function = self { true } else { false }
    }

    /// Whether a run waits for its caller when it is called.
    package var isRunByCaller: Bool {
        if case .function(let function) = self { !function.isRunByServer } else { false }
    }

    /// Its name in the API.
    package var type: String {
        switch self {
        case .codeInterpreter: "code_interpreter"
        case .fileSearch: "file_search"
        case .function: "function"
        }
    }

    /// Reads what `write(to:)` has written; nil for anything else.
    init?(stored value: JSONValue) {
        switch value["type"]?.stringValue {
        case "code_interpreter": self = .codeInterpreter
        case "file_search":
            let options = value["file_search"]?["ranking_options"]
            self = .fileSearch(
                FileSearch(
                    maximumResults: value["file_search"]?["max_num_results"]?.intValue,
                    ranker: options?["ranker"]?.stringValue ?? FileSearch.defaultRanker,
                    scoreThreshold: options?["score_threshold"]?.doubleValue ?? 0,
                    weights: options?["hybrid_search"].flatMap(HybridWeights.init(stored:))
                )
            )
        case "function":
            guard let function = value["function"], let name = function["name"]?.stringValue else { return nil }
            self = .function(
                Function(
                    name: name,
                    description: function["description"]?.stringValue,
                    parameters: function["parameters"] ?? Function.noParameters,
                    strict: function["strict"]?.boolValue ?? false
                )
            )
        default: return nil
        }
    }
}

extension Tool: JSONWritable {
    /// Defaults are filled in and members ordered as the service did it.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", type)
        switch self {
        case .codeInterpreter: break
        case .fileSearch(let search):
            writer.key("file_search")
            writer.beginObject()
            if let limit = search.maximumResults { writer.member("max_num_results", limit) }
            writer.key("ranking_options")
            writer.beginObject()
            writer.member("ranker", search.ranker)
            writer.member("score_threshold", search.scoreThreshold)
            if let weights = search.weights { writer.member("hybrid_search", weights) }
            writer.endObject()
            writer.endObject()
        case .function(let function):
            writer.key("function")
            writer.beginObject()
            writer.member("name", function.name)
            if let description = function.description { writer.member("description", description) }
            writer.member("parameters", function.parameters)
            writer.member("strict", function.strict)
            writer.endObject()
        }
        writer.endObject()
    }
}
