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
    /// How many of them are results of searches.
    private(set) var searchTokens = 0
    /// What the model knows our search by.
    private let searchName: String
    /// What the model knows our interpreter by.
    private let codeName: String
    /// How many of `tokens` are what code printed.
    private(set) var codeTokens = 0
    /// Figures that code made and no message shows yet.
    private(set) var unshownImages: [String] = []
    /// Files of `/mnt/data` that messages link, and that no code has changed since: their names and ids.
    private(set) var linkedFiles: [String: String] = [:]

    /// More answers than a run needs; one that asks for tools for ever must end.
    static let maximumAnswers = 50

    /// Of a run that has done nothing yet.
    init(startOf run: Run) {
        searchName = FileSearchTool.name(beside: run.settings.tools)
        codeName = CodeTool.name(beside: run.settings.tools)
    }

    /// Reads a run's past from the store.
    init(of run: Run, _ db: Connection) throws {
        self.init(startOf: run)
        let steps = try db.runSteps.all(of: run)
        guard !steps.isEmpty else { return }
        let messages = try db.messages.written(by: run)
        // A message that was deleted meanwhile is not spoken of any more.
        for step in steps { append(step, messages.first { $0.id == step.messageID }) }
    }

    /// Adds an answer that has been stored.
    mutating func append(_ turn: Turn) {
        if let leading = turn.leading { append(leading.step, leading.message) }
        if let calls = turn.calls { append(calls, nil) }
        if let trailing = turn.trailing { append(trailing.step, trailing.message) }
    }

    private mutating func append(_ step: RunStep, _ message: Message?) {
        steps.append(step)
        if let calls = step.toolCalls { append(calls, reasoning: step.reasoning) }
        guard let message else { return }
        let parts = message.content.parts
        items.append(.message(role: .assistant, parts: parts.map { ChatItem.Part($0.withoutImageFile, ShownImages()) }))
        tokens += message.content.estimatedTokens
        for part in parts {
            switch part {
            case .imageFile(let id, _): unshownImages.removeAll { $0 == id }
            case .text(let text):
                for annotation in text.annotations {
                    if let name = annotation.linkedName { linkedFiles[name] = annotation.fileID }
                }
            case .imageURL, .refusal: break
            }
        }
    }

    private mutating func append(_ calls: [ToolCall], reasoning: String?) {
        let asked = calls.map { call in
            switch call {
            case .function(let call): ChatItem.ToolCall(id: call.id, name: call.name, arguments: call.arguments)
            case .fileSearch(let call): ChatItem.ToolCall(id: call.id, name: searchName, arguments: call.arguments)
            case .codeInterpreter(let call):
                ChatItem.ToolCall(id: call.id, name: codeName, arguments: CodeTool.arguments(call.input))
            }
        }
        items.append(.toolCalls(asked, reasoning: reasoning))
        for call in calls {
            let output: String
            switch call {
            case .function(let call): output = call.output ?? ""
            case .fileSearch(let call):
                output = FileSearchOutput(call).text
                searchTokens += TokenEstimate.tokens(in: output)
            case .codeInterpreter(let call):
                output = CodeOutput(call, earlierTokens: codeTokens).text
                codeTokens += TokenEstimate.tokens(in: output)
                unshownImages += call.imageFileIDs
                for file in call.result?.files ?? [] { linkedFiles[file.name] = nil }
            }
            items.append(.toolOutput(callID: call.id, output: output))
            tokens += TokenEstimate.tokens(in: call.arguments) + TokenEstimate.tokens(in: output)
            tokens += 2 * TokenEstimate.perMessage
        }
    }

    /// Tokens of outputs that can be shortened.
    var toolTokens: Int { searchTokens + codeTokens }

    /// The same for a model that takes less than it was said to: of each search only the best that was found, of what code
    /// printed the beginning, for so much of its text.
    func shortened(to share: Double) -> RunPast {
        guard share < 1, toolTokens > 0 else { return self }
        var past = self
        let (searches, codes) = (Set(searches.map(\.id)), Set(codeCalls.map(\.id)))
        (past.searchTokens, past.codeTokens) = (0, 0)
        past.items = items.map { item in
            guard case .toolOutput(let id, let output) = item, searches.contains(id) || codes.contains(id) else {
                return item
            }
            let kept = String(output.prefix(Int(Double(output.count) * share)))
            let tokens = TokenEstimate.tokens(in: kept)
            if searches.contains(id) { past.searchTokens += tokens } else { past.codeTokens += tokens }
            return .toolOutput(callID: id, output: kept)
        }
        return past
    }

    // MARK: Reading

    /// Tokens of all answers so far.
    var usage: TokenUsage { steps.reduce(TokenUsage()) { $0 + ($1.usage ?? TokenUsage()) } }

    var callIDs: Set<String> { Set(steps.lazy.compactMap(\.toolCalls).joined().map(\.id)) }

    /// How often tools were asked for.
    var callCount: Int { steps.count { $0.toolCalls != nil } }

    /// The step whose calls wait for their outputs.
    var openStep: RunStep? { steps.last { $0.toolCalls != nil && $0.status == .inProgress } }

    /// The code that was run, in its order.
    var codeCalls: [CodeInterpreterCall] {
        steps.lazy.compactMap(\.toolCalls).joined().compactMap(\.code).filter { $0.result != nil }
    }

    var hasRunCode: Bool { steps.contains { $0.toolCalls?.contains { $0.code?.result != nil } ?? false } }

    /// The searches that were carried out, in their order.
    var searches: [FileSearchCall] {
        steps.lazy.compactMap(\.toolCalls).joined().compactMap { call in
            if case .fileSearch(let search) = call { search } else { nil }
        }
    }
}
