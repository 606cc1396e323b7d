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
        /// Find the code in the arguments of calls, by the calls' numbers.
        var codes: [Int: CodeArguments] = [:]
        /// What happened since a message was left open for its links to be looked up; nil when none was.
        var held: [StreamEvent]?
    }

    private let run: Run
    private let tools: RunTools
    /// Ids of calls that the run has made before.
    private let knownCallIDs: Set<String>
    private let live: LiveRun
    private let ids: IDGenerator
    private let clock: WallClock
    private let state: Mutex<State>

    /// - Parameter images: files of figures that the first message begins with.
    init(
        run: Run,
        tools: RunTools = .none,
        knownCallIDs: Set<String> = [],
        images: [String] = [],
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
        state = Mutex(State(turn: Turn(images: images)))
    }

    /// Makes citations of the markers to come. To be called before anything of the answer comes.
    func cite(_ sources: CitationSources) { state.withLock { $0.reader = CitationReader(sources) } }

    /// The answer is over: what was held back of it is told.
    ///
    /// - Parameter isLast: false when links in its texts are to be looked up first.
    func finishText(isLast: Bool = true) {
        let events = state.withLock { state -> [StreamEvent] in
            var events: [StreamEvent] = []
            flush(&state, into: &events)
            events = tell(events, &state)
            for index in state.codes.keys.sorted() {
                let rest = state.codes[index]?.finish() ?? ""
                events += tell(append(code: rest, toCall: index, in: &state.turn), &state)
            }
            state.codes = [:]
            guard isLast, let held = state.held else { return events }
            state.held = nil
            return events + closeLeading(&state.turn) + held
        }
        if !events.isEmpty { live.publish(events) }
    }

    /// Appends the path that stands for a file.
    func link(_ path: String, to file: Identifier<File>) {
        let events = state.withLock { state in
            var events: [StreamEvent] = []
            flush(&state, into: &events)
            append(to: &state.turn, into: &events) { $0.append(path: path, of: file.rawValue) }
            return events
        }
        live.publish(events)
    }

    /// An answer without a word shows the figures that are to be shown all the same.
    func showImages() {
        let events = state.withLock { state -> [StreamEvent] in
            guard state.turn.isEmpty, let last = state.turn.images.popLast() else { return [] }
            var events: [StreamEvent] = []
            append(to: &state.turn, into: &events) { $0.append(last, .imageFile) }
            return events
        }
        if !events.isEmpty { live.publish(events) }
    }

    // MARK: Links

    /// A part of a message of the answer.
    struct Place: Sendable {
        fileprivate var isLeading: Bool
        fileprivate var part: Int
    }

    /// The texts that link files of the interpreter.
    var linkedTexts: [(place: Place, text: String)] {
        state.withLock { state in
            [(true, state.turn.leading), (false, state.turn.trailing)].flatMap { isLeading, writing in
                guard let writing, !writing.isClosed else { return [(place: Place, text: String)]() }
                return writing.linkedTexts.map { (Place(isLeading: isLeading, part: $0), $1) }
            }
        }
    }

    func annotate(_ place: Place, _ annotations: [Message.Annotation]) {
        let events = state.withLock { state -> [StreamEvent] in
            if place.isLeading {
                return annotations.compactMap { state.turn.leading?.annotate(place.part, $0) }
            }
            return tell(annotations.compactMap { state.turn.trailing?.annotate(place.part, $0) }, &state)
        }
        if !events.isEmpty { live.publish(events) }
    }

    /// What is to be told now: nothing of it as long as a message is left open.
    private func tell(_ events: [StreamEvent], _ state: inout State) -> [StreamEvent] {
        guard state.held != nil else { return events }
        state.held? += events
        return []
    }

    /// Whether a tool of the server's own is called.
    var callsServer: Bool {
        state.withLock { state in state.turn.calls?.toolCalls?.contains { tools.serverTool(for: $0) != nil } ?? false }
    }

    /// What came of a call that the server carried out. Of code it is told at once, of others when it is stored.
    func complete(_ call: ToolCall, at index: Int) {
        let step = state.withLock { state -> Identifier<RunStep>? in
            guard var calls = state.turn.calls?.toolCalls, calls.indices.contains(index) else { return nil }
            calls[index] = call
            state.turn.calls?.details = .toolCalls(calls)
            return state.turn.calls?.id
        }
        guard let step, let outputs = call.code?.result?.outputs, !outputs.isEmpty else { return }
        live.publish(
            outputs.enumerated().map { number, output in
                .toolCallDelta(step, .output(index: index, number: number, output))
            }
        )
    }

    /// Takes parts of the answer that came together. Where nobody reads along, texts among them are told as one: whoever reads
    /// them later has them all at once anyway.
    func receive(_ parts: [ChatEvent]) {
        let parts = live.hasReaders ? parts : parts.withTextsJoined
        let (events, isTooLong) = state.withLock { state in
            var events: [StreamEvent] = []
            for part in parts {
                state.bytes += part.size
                guard state.bytes <= Self.maximumBytes else { return (events, true) }
                if state.held == nil {
                    receive(part, &state, into: &events)
                } else {
                    var held: [StreamEvent] = []
                    receive(part, &state, into: &held)
                    state.held? += held
                }
            }
            return (events, false)
        }
        if !events.isEmpty { live.publish(events) }
        if isTooLong { live.interrupt(.excess) }
    }

    private func receive(_ part: ChatEvent, _ state: inout State, into events: inout [StreamEvent]) {
        switch part {
        case .text(let text): read(text, &state, into: &events)
        case .refusal(let text):
            flush(&state, into: &events)
            append(text, .refusal, to: &state.turn, into: &events)
        case .reasoning(let text): state.reasoning += text
        case .toolCallStarted(let index, let id, let name):
            flush(&state, into: &events)
            let isHeld = state.held == nil && leavesOpen(state.turn)
            if isHeld { state.held = [] }
            let begun = begin(index, id, name, in: &state)
            if isHeld { state.held = begun } else { events += begun }
        case .toolCallArguments(let index, let text): events += append(text, toCall: index, in: &state)
        }
    }

    /// What there is of the answer.
    func snapshot() -> Turn {
        state.withLock { state in
            var turn = state.turn
            if !state.reasoning.isEmpty { turn.calls?.reasoning = state.reasoning }
            return turn
        }
    }

    /// Whether nothing has been said that others hear.
    var isEmpty: Bool { state.withLock { $0.turn.isEmpty } }

    /// The messages so far, with what there is of their texts. None of them is stored yet.
    var messages: [Message] { state.withLock { $0.turn.writings.map(\.draft) } }

    /// The steps so far. None of them is stored yet.
    var steps: [RunStep] { state.withLock { $0.turn.steps } }

    // MARK: Text

    private func read(_ text: String, _ state: inout State, into events: inout [StreamEvent]) {
        guard state.reader != nil else { return append(text, .text, to: &state.turn, into: &events) }
        let pieces = state.reader?.read(text) ?? []
        append(pieces, to: &state.turn, into: &events)
    }

    private func flush(_ state: inout State, into events: inout [StreamEvent]) {
        guard let pieces = state.reader?.finish() else { return }
        append(pieces, to: &state.turn, into: &events)
    }

    private func append(_ pieces: [CitationReader.Piece], to turn: inout Turn, into events: inout [StreamEvent]) {
        for piece in pieces {
            switch piece {
            case .text(let text): append(text, .text, to: &turn, into: &events)
            case .citation(let source): append(to: &turn, into: &events) { $0.append(source) }
            }
        }
    }

    private func append(
        _ text: String,
        _ kind: StreamEvent.ContentDelta.Kind,
        to turn: inout Turn,
        into events: inout [StreamEvent]
    ) {
        if !text.isEmpty { append(to: &turn, into: &events) { $0.append(text, kind) } }
    }

    private func append(
        to turn: inout Turn,
        into events: inout [StreamEvent],
        _ write: (inout Turn.Writing) -> StreamEvent
    ) {
        if turn.calls == nil {
            append(to: &turn.leading, figures: &turn.images, into: &events, write)
        } else {
            append(to: &turn.trailing, figures: &turn.images, into: &events, write)
        }
    }

    /// The step and the message begin with the first text, so that an answer that never comes leaves no empty message.
    private func append(
        to writing: inout Turn.Writing?,
        figures images: inout [String],
        into events: inout [StreamEvent],
        _ write: (inout Turn.Writing) -> StreamEvent
    ) {
        if let delta = writing?.apply(write) { return events.append(delta) }
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
        events += [
            .step(.created, step), .step(.inProgress, step), .message(.created, message),
            .message(.inProgress, message),
        ]
        var begun = Turn.Writing(message: message, step: step, parts: [])
        for image in images { events.append(begun.append(image, .imageFile)) }
        images = []
        events.append(write(&begun))
        writing = begun
    }

    // MARK: Calls

    /// The first call ends the message before it: a client that reads along has one thing open at a time.
    private func begin(_ index: Int, _ id: String, _ name: String, in state: inout State) -> [StreamEvent] {
        var events: [StreamEvent] = []
        if state.turn.calls == nil {
            if state.held == nil { events += closeLeading(&state.turn) }
            let step = RunStep(id: ids.next(), run: run, createdAt: clock.now(), details: .toolCalls([]))
            state.turn.calls = step
            events += [.step(.created, step), .step(.inProgress, step)]
        }
        guard let step = state.turn.calls, let calls = step.toolCalls, index == calls.count else { return events }
        let id = callID(id, among: calls)
        let call = tools.serverTool(named: name)?.begin(id: id) ?? .function(FunctionCall(id: id, name: name))
        if call.code != nil { state.codes[index] = CodeArguments() }
        state.turn.calls?.details = .toolCalls(calls + [call])
        return events + [.toolCallDelta(step.id, .began(index: index, call))]
    }

    /// Whether the message before a first call has links, which are looked up before it is complete.
    private func leavesOpen(_ turn: Turn) -> Bool {
        guard tools.code != nil, turn.calls == nil, let leading = turn.leading else { return false }
        return !leading.linkedTexts.isEmpty
    }

    private func closeLeading(_ turn: inout Turn) -> [StreamEvent] {
        guard turn.leading != nil else { return [] }
        turn.leading?.message.status = .completed
        turn.leading?.step.status = .completed
        return turn.leading?.close(usage: TokenUsage(), at: clock.now()) ?? []
    }

    /// The backend's own id if it has the form that clients know, and no other call of the run has it.
    private func callID(_ id: String, among calls: [ToolCall]) -> String {
        let isTaken = knownCallIDs.contains(id) || calls.contains { $0.id == id }
        guard id.hasPrefix(FunctionCall.idPrefix), !isTaken else {
            return ids.next(FunctionCall.self).rawValue
        }
        return id
    }

    private func append(_ arguments: String, toCall index: Int, in state: inout State) -> [StreamEvent] {
        guard state.codes[index] == nil else {
            let code = state.codes[index]?.read(arguments) ?? ""
            return append(code: code, toCall: index, in: &state.turn)
        }
        guard let id = append(arguments, toCall: index, in: &state.turn),
            state.turn.calls?.toolCalls?[index].function != nil
            // What the server's other tools are asked is not told.
        else { return [] }
        return [.toolCallDelta(id, .arguments(index: index, arguments))]
    }

    private func append(code: String, toCall index: Int, in turn: inout Turn) -> [StreamEvent] {
        guard let id = append(code, toCall: index, in: &turn) else { return [] }
        return [.toolCallDelta(id, .code(index: index, code))]
    }

    /// Returns the step; nil when nothing was appended.
    private func append(_ arguments: String, toCall index: Int, in turn: inout Turn) -> Identifier<RunStep>? {
        guard !arguments.isEmpty, let id = turn.calls?.id, case .toolCalls(var calls)? = turn.calls?.details,
            calls.indices.contains(index)
        else { return nil }
        // The only copy, so that it grows in place.
        turn.calls?.details = .toolCalls([])
        calls[index].arguments += arguments
        turn.calls?.details = .toolCalls(calls)
        return id
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

extension [ChatEvent] {
    /// The same with texts that follow each other joined.
    fileprivate var withTextsJoined: [ChatEvent] {
        guard count > 1 else { return self }
        var joined: [ChatEvent] = []
        // As bytes: appending to a string costs several times as much for each part.
        var text: [UInt8] = []
        func endText() {
            if !text.isEmpty { joined.append(.text(String(decoding: text, as: UTF8.self))) }
            text.removeAll(keepingCapacity: true)
        }
        for event in self {
            if case .text(let more) = event {
                text.append(contentsOf: more.utf8)
            } else {
                endText()
                joined.append(event)
            }
        }
        endText()
        return joined
    }
}
