import AssistantsAPI
import DataTables
import ModelProviders
import SignageAnalyst

/// Questions in SQL over the data of a thread, as a model sees them: a function that takes a SELECT and gives its rows.
///
/// On the wire its calls are those of a function whose output is there already, as clients know no other tool of this kind.
final class QueryDataTool: ServerTool {
    private let tables: ThreadTables
    private let file: TableFile
    private let limits: QueryLimits
    let function: Tool.Function
    /// What the model is told of the data beside its instructions.
    let description: String

    /// Bytes of a result at most; a small context has room for less.
    private static let resultBytes = 32_000

    /// - Parameter contextTokens: What a prompt may have.
    init(_ tables: ThreadTables, _ file: TableFile, contextTokens: Int) async throws {
        self.tables = tables
        self.file = file
        limits = QueryLimits(bytes: min(Self.resultBytes, max(2000, contextTokens)))
        description = try await tables.ask(file) { queries, _ in Self.describe(queries.catalogue) }
        function = Self.function(limits)
    }

    static let name = Tool.Function.queryData.name

    private static func describe(_ catalogue: Catalogue) -> String {
        let heading = """
            The data is in tables of SQL, which the function \(name) queries. What follows was computed from all rows:

            """
        return [heading + catalogue.schemaText(), MeasureGuide.text(for: catalogue)].compactMap { $0 }
            .joined(separator: "\n")
    }

    private static func function(_ limits: QueryLimits) -> Tool.Function {
        Tool.Function(
            name: name,
            description: """
                Runs one SELECT (SQLite's SQL) over the tables and views of this conversation's data and returns its rows. \
                Use it for every figure that you state and that is not told to you already; never estimate. Aggregate in SQL: at \
                most \(limits.rows) rows come back, and a query may take \(limits.time.components.seconds) s. Dates are texts \
                (YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS); names that are no plain words stand in double quotes. median(x), \
                percentile(x, p), stddev(x) and variance(x) are there too. When a query is refused, the answer says why: \
                correct it and call again.
                """,
            parameters: parameters,
            strict: false
        )
    }

    private static let parameters = Tool.Function.parameters(
        "sql",
        JSONObject([("type", .string("string")), ("description", .string("One SELECT."))])
    )

    func begin(id: String) -> ToolCall { .function(FunctionCall(id: id, name: Self.name)) }

    func carryOut(_ call: ToolCall, in use: ToolUse) async throws -> ToolCall {
        guard case .function(var call) = call else { return call }
        call.output = try await answer(to: call.arguments)
        return .function(call)
    }

    private func answer(to arguments: String) async throws -> String {
        guard let sql = Self.statement(in: arguments) else {
            return Self.refusal(#"There is no SQL in the call: call again with {"sql": "SELECT …"}."#)
        }
        do {
            return try await tables.ask(file) { [limits] queries, isCancelled in
                try queries.run(sql, limits: limits, isCancelled: isCancelled).jsonText
            }
        } catch let error as QueryError {
            if error.kind == .cancelled { throw CancellationError() }
            return Self.refusal(error.description)
        }
    }

    /// Small models name the member as they like, or send the statement itself.
    private static func statement(in arguments: String) -> String? {
        let text: String?
        if let value = try? JSONValue(parsing: arguments) {
            let members = ["sql", "query", "statement"]
            text = value.stringValue ?? members.lazy.compactMap { value[$0]?.stringValue }.first
        } else {
            text = arguments
        }
        return text.flatMap { $0.trimmingSpaces.isEmpty ? nil : $0 }
    }

    static func refusal(_ reason: String) -> String {
        JSONValue.object(JSONObject([("error", .string(reason))])).jsonText
    }
}

/// The same where a thread has no data: a model may know it from earlier answers.
struct IdleQueryData: ServerTool {
    let function = Tool.Function.queryData

    func begin(id: String) -> ToolCall { .function(FunctionCall(id: id, name: function.name)) }

    func carryOut(_ call: ToolCall, in use: ToolUse) async throws -> ToolCall {
        guard case .function(var call) = call else { return call }
        call.output = QueryDataTool.refusal("There is no data in this conversation that could be queried.")
        return .function(call)
    }
}
