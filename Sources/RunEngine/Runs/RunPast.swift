import AssistantsAPI
import ModelProviders
import Retrieval
import Storage

/// What a run has done before it is at work again: its steps, and what it said and heard, as a model wants to see it.
struct RunPast: Sendable {
    private(set) var steps: [RunStep] = []
    /// The run's own part of the conversation, behind the thread's.
    private(set) var items: [ChatItem] = []
    /// About how many tokens `items` have.
    private(set) var tokens = 0

    /// More answers than a run needs; one that asks for functions for ever must end.
    static let maximumAnswers = 50

    /// A run that has done nothing yet.
    init() {}

    /// Reads a run's past from the store.
    init(of run: Run, _ db: Connection) throws {
        steps = try db.runSteps.all(of: run)
        guard !steps.isEmpty else { return }
        let messages = try db.messages.written(by: run)
        for step in steps {
            switch step.details {
            case .messageCreation(let id):
                // A message that was deleted meanwhile is not spoken of any more.
                guard let message = messages.first(where: { $0.id == id }) else { continue }
                items.append(.message(role: .assistant, parts: message.content.parts.compactMap(ChatItem.Part.init)))
                tokens += message.content.estimatedTokens
            case .toolCalls(let calls): append(calls, reasoning: step.reasoning)
            }
        }
    }

    /// Tokens of all answers so far.
    var usage: TokenUsage { steps.reduce(TokenUsage()) { $0 + ($1.usage ?? TokenUsage()) } }

    var callIDs: Set<String> { Set(steps.lazy.compactMap(\.toolCalls).joined().map(\.id)) }

    /// How often functions were asked for.
    var callCount: Int { steps.count { $0.toolCalls != nil } }

    /// The step whose calls wait for their outputs.
    var openStep: RunStep? { steps.last { $0.toolCalls != nil && $0.status == .inProgress } }

    private mutating func append(_ calls: [FunctionCall], reasoning: String?) {
        items.append(
            .toolCalls(
                calls.map { ChatItem.ToolCall(id: $0.id, name: $0.name, arguments: $0.arguments) },
                reasoning: reasoning
            )
        )
        for call in calls {
            items.append(.toolOutput(callID: call.id, output: call.output ?? ""))
            tokens += TokenEstimate.tokens(in: call.arguments) + TokenEstimate.tokens(in: call.output ?? "")
            tokens += 2 * TokenEstimate.perMessage
        }
    }
}
