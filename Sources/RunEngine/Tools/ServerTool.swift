import AssistantsAPI
import ModelProviders

/// A tool that the server runs itself in the middle of a run: the model calls it like a function, and is asked again with what
/// came of it.
protocol ServerTool: Sendable {
    /// What the model is offered.
    var function: Tool.Function { get }

    /// A call that the model has begun.
    func begin(id: String) -> ToolCall

    /// Carries a call out and returns it with what came of it. Throws `ModelError` when the run cannot go on, and
    /// `CancellationError`.
    func carryOut(_ call: ToolCall, in use: ToolUse) async throws -> ToolCall
}

/// The moment of a run at which a tool is used.
struct ToolUse: Sendable {
    let run: Run
    let past: RunPast
    /// What the model could cite until now.
    let sources: CitationSources
}
