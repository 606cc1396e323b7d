import AssistantsAPI
import ModelProviders
import Synchronization

/// The answer that a model is giving to a run: what there is of it so far, and the events that tell of it as it comes.
final class TurnInProgress: Sendable {
    /// A backend that does not stop must not take all memory.
    static let maximumBytes = 16 << 20

    private struct State {
        var turn = Turn()
        /// Thinking is part of no message, but some backends want it back with the outputs of functions.
        var reasoning = ""
        var bytes = 0
        /// Finds the markers in texts; nil for a run in which there is nothing to cite.
        var reader: CitationReader?
    }

    private let run: Run
    private let tools: RunTools
    /// Ids of calls that the run has made before.
    private let knownCallIDs: Set<String>
    private let live: LiveRun
    private let ids: IDGenerator
    private let clock: WallClock
    private let state = Mutex(State())

    init(
        run: Run,
        tools: RunTools = RunTools(),
        knownCallIDs: Set<String> = [],
        live: LiveRun,
        ids: IDGenerator,
        clock: WallClock
    ) {
        self.run = run
        self.tools = tools
        self.knownCallIDs = knownCallIDs
        self.live = live
        self.ids = ids
        self.clock = clock
    }

    /// Makes citations of the markers to come. To be called before anything of the answer comes.
    func cite(_ sources: CitationSources) { state.withLock { $0.reader = CitationReader(sources) } }

    /// The answer is over: what was held back of it is told.
    func finishText() {
        let events = state.withLock { state in flush(&state) }
        if !events.isEmpty { live.publish(events) }
    }

    /// Appends the path that stands for a file.
    func link(_ path: String, to file: Identifier<File>) {
        let events = state.withLock { state in
            flush(&state) + append(to: &state.turn) { $0.append(path: path, of: file.rawValue) }
        }
        live.publish(events)
    }

    /// Whether a tool of the server's own is called.
    var callsServer: Bool {
        state.withLock { state in state.turn.calls?.toolCalls?.contains { tools.serverTool(for: $0) != nil } ?? false }
    }

    /// What came of the calls that the server carried out. It is told when it is stored.
    func complete(_ calls: [ToolCall]) { state.withLock { $0.turn.calls?.details = .toolCalls(calls) } }

    /// Takes a part of the answer.
    func receive(_ event: ChatEvent) {
        let events: [StreamEvent]? = state.withLock { state in
            state.bytes += event.size
            guard state.bytes <= Self.maximumBytes else { return nil }
            switch event {
            case .text(let text): return read(text, &state)
            case .refusal(let text): return flush(&state) + append(text, .refusal, to: &state.turn)
            case .reasoning(let text):
                state.reasoning += text
                return []
            case .toolCallStarted(let index, let id, let name):
                return flush(&state) + begin(index, id, name, in: &state.turn)
            case .toolCallArguments(let index, let text): return append(text, toCall: index, in: &state.turn)
            }
        }
        guard let events else {
            live.interrupt(.excess)
            return
        }
        if !events.isEmpty { live.publish(events) }
    }

    /// What there is of the answer.
    func snapshot() -> Turn {
        state.withLock { state in
            var turn = state.turn
            if !state.reasoning.isEmpty { turn.calls?.reasoning = state.reasoning }
            return turn
        }
    }

    /// The messages so far, with what there is of their texts. None of them is stored yet.
    var messages: [Message] { state.withLock { $0.turn.writings.map(\.draft) } }

    /// The steps so far. None of them is stored yet.
    var steps: [RunStep] { state.withLock { $0.turn.steps } }

    // MARK: Text

    private func read(_ text: String, _ state: inout State) -> [StreamEvent] {
        guard state.reader != nil else { return append(text, .text, to: &state.turn) }
        let pieces = state.reader?.read(text) ?? []
        return append(pieces, to: &state.turn)
    }

    private func flush(_ state: inout State) -> [StreamEvent] {
        let pieces = state.reader?.finish() ?? []
        return append(pieces, to: &state.turn)
    }

    private func append(_ pieces: [CitationReader.Piece], to turn: inout Turn) -> [StreamEvent] {
        pieces.flatMap { piece in
            switch piece {
            case .text(let text): append(text, .text, to: &turn)
            case .citation(let source): append(to: &turn) { $0.append(source) }
            }
        }
    }

    private func append(_ text: String, _ kind: StreamEvent.ContentDelta.Kind, to turn: inout Turn) -> [StreamEvent] {
        guard !text.isEmpty else { return [] }
        return append(to: &turn) { $0.append(text, kind) }
    }

    private func append(to turn: inout Turn, _ write: (inout Turn.Writing) -> StreamEvent) -> [StreamEvent] {
        if turn.calls == nil { return append(to: &turn.leading, write) }
        return append(to: &turn.trailing, write)
    }

    /// The step and the message begin with the first text, so that an answer that never comes leaves no empty message.
    private func append(
        to writing: inout Turn.Writing?,
        _ write: (inout Turn.Writing) -> StreamEvent
    ) -> [StreamEvent] {
        if var begun = writing {
            // The only copy, so that the text grows in place.
            writing = nil
            let delta = write(&begun)
            writing = begun
            return [delta]
        }
        let now = clock.now()
        let message = Message(
            id: ids.next(),
            threadID: run.threadID,
            createdAt: now,
            role: .assistant,
            content: Message.Content(storedJSON: "[]"),
            status: .inProgress,
            assistantID: run.assistantID,
            runID: run.id
        )
        let step = RunStep(id: ids.next(), run: run, createdAt: now, details: .messageCreation(message.id))
        var begun = Turn.Writing(message: message, step: step, parts: [])
        let delta = write(&begun)
        writing = begun
        return [
            .step(.created, step), .step(.inProgress, step), .message(.created, message),
            .message(.inProgress, message),
            delta,
        ]
    }

    // MARK: Calls

    /// The first call ends the message before it: a client that reads along has one thing open at a time.
    private func begin(_ index: Int, _ id: String, _ name: String, in turn: inout Turn) -> [StreamEvent] {
        let now = clock.now()
        var events: [StreamEvent] = []
        if turn.calls == nil {
            if turn.leading != nil {
                turn.leading?.message.status = .completed
                turn.leading?.step.status = .completed
                events += turn.leading?.close(usage: TokenUsage(), at: now) ?? []
            }
            let step = RunStep(id: ids.next(), run: run, createdAt: now, details: .toolCalls([]))
            turn.calls = step
            events += [.step(.created, step), .step(.inProgress, step)]
        }
        guard let step = turn.calls, let calls = step.toolCalls, index == calls.count else { return events }
        let id = callID(id, among: calls)
        let call = tools.serverTool(named: name)?.begin(id: id) ?? .function(FunctionCall(id: id, name: name))
        turn.calls?.details = .toolCalls(calls + [call])
        return events + [.toolCallDelta(step.id, .began(index: index, call))]
    }

    /// The backend's own id if it has the form that clients know, and no other call of the run has it.
    private func callID(_ id: String, among calls: [ToolCall]) -> String {
        let isTaken = knownCallIDs.contains(id) || calls.contains { $0.id == id }
        guard id.hasPrefix(FunctionCall.idPrefix), !isTaken else {
            return ids.next(FunctionCall.self).rawValue
        }
        return id
    }

    private func append(_ arguments: String, toCall index: Int, in turn: inout Turn) -> [StreamEvent] {
        guard !arguments.isEmpty, let id = turn.calls?.id, case .toolCalls(var calls)? = turn.calls?.details,
            calls.indices.contains(index)
        else { return [] }
        // The only copy, so that it grows in place.
        turn.calls?.details = .toolCalls([])
        calls[index].arguments += arguments
        turn.calls?.details = .toolCalls(calls)
        // What the server's own tools are asked is not told.
        return calls[index].function == nil ? [] : [.toolCallDelta(id, .arguments(index: index, arguments))]
    }
}

extension ChatEvent {
    /// Bytes that it adds to an answer.
    fileprivate var size: Int {
        switch self {
        case .text(let text), .refusal(let text), .reasoning(let text), .toolCallArguments(_, let text):
            text.utf8.count
        case .toolCallStarted(_, let id, let name): id.utf8.count + name.utf8.count
        }
    }
}
