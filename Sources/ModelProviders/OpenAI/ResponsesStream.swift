import AssistantsAPI

/// Reads a Responses answer. What a server leaves out of its stream is taken from the whole items that follow.
package struct ResponsesStream: AnswerStream {
    /// Which entry of the output an event speaks of: by number, else by id (which some servers reuse).
    private enum ItemKey: Hashable {
        case number(Int)
        case id(String)
        case unknown
    }

    private enum Ending { case completed, maximumTokens, contentFilter }

    private var thinking = InlineThinking()
    private var calls = ToolCallAssembly()
    /// Where in `calls` the function call of an entry is.
    private var places: [ItemKey: Int] = [:]
    /// The entries whose text, refusal or thinking has come in pieces; the latest is kept aside, as it is nearly
    /// always the one that is asked about.
    private var streamed: Set<ItemKey> = []
    private var latest: ItemKey?
    private var ending: Ending?
    private var usage: TokenUsage?

    package init() {}

    package var isComplete: Bool { ending != nil }

    package mutating func receive(_ event: ServerSentEvent, emit: (ChatEvent) -> Void) throws(CallFailure) {
        guard !isComplete, !event.isBlank, !event.isEndMark else { return }
        var parsed = try ResponsesEvent(event.data)
        if parsed.type.isEmpty { parsed.type = String(decoding: event.name, as: UTF8.self) }
        switch parsed.type {
        case "response.output_text.delta":
            guard let delta = parsed.delta, !delta.isEmpty else { return }
            note(key(of: parsed, event.data))
            thinking.receive(delta, emit: emit)
        case "response.refusal.delta":
            note(key(of: parsed, event.data))
            if let delta = parsed.delta, !delta.isEmpty { emit(.refusal(delta)) }
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta", "response.reasoning.delta":
            note(key(of: parsed, event.data))
            if let delta = parsed.delta, !delta.isEmpty { emit(.reasoning(delta)) }
        case "response.function_call_arguments.delta":
            if let call = call(of: parsed, event.data) { calls.append(parsed.delta ?? "", to: call, emit: emit) }
        default: try receiveRest(parsed, event.data, emit)
        }
    }

    package mutating func receiveWhole(_ body: UnsafeRawBufferPointer, emit: (ChatEvent) -> Void) throws(CallFailure) {
        let response: ResponsesEvent.Response
        do {
            var cursor = JSONCursor(body)
            response = try ResponsesEvent.Response(reading: &cursor)
            try cursor.end()
        } catch {
            throw .notJSON
        }
        guard !response.hasError, response.output != nil else { throw CallFailure(inAnswer: body) }
        switch response.status {
        case "failed", "cancelled": throw CallFailure(inAnswer: body)
        case "queued", "in_progress": throw .cutShort
        default: try end(response, body, emit)
        }
    }

    package mutating func finish(emit: (ChatEvent) -> Void) throws(CallFailure) -> ChatOutcome {
        guard let ending else { throw .cutShort }
        thinking.finish(emit: emit)
        let finish: ChatOutcome.Finish =
            switch ending {
            case .completed: .stop
            case .maximumTokens: .length
            case .contentFilter: .contentFilter
            }
        return ChatOutcome(finish: try finish.with(calls), usage: usage)
    }

    private mutating func receiveRest(
        _ event: ResponsesEvent,
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        switch event.type {
        case "response.output_item.added": added(event, bytes, emit)
        case "response.output_item.done": try done(event, bytes, emit)
        case "response.function_call_arguments.done":
            if let call = call(of: event, bytes), let whole = event.whole {
                calls.complete(whole, of: call, emit: emit)
            }
        case "response.output_text.done", "response.refusal.done":
            let key = key(of: event, bytes)
            guard let whole = event.whole, !whole.isEmpty, !isStreamed(key) else { return }
            note(key)
            if event.type == "response.refusal.done" {
                emit(.refusal(whole))
            } else {
                thinking.receive(whole, emit: emit)
            }
        case "response.completed", "response.incomplete", "response.done":
            try end(
                event.response ?? ResponsesEvent.Response(),
                bytes,
                emit,
                isIncomplete: event.type.hasSuffix("incomplete")
            )
        case "error", "response.failed", "response.error", "response.cancelled":
            throw CallFailure(inAnswer: bytes)
        default:
            if event.hasError, event.response == nil { throw CallFailure(inAnswer: bytes) }
        }
    }

    // MARK: Items

    private mutating func added(
        _ event: ResponsesEvent,
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (ChatEvent) -> Void
    ) {
        guard let item = event.item, item.type == "function_call" else { return }
        thinking.finish(emit: emit)
        let call = calls.open()
        places[key(of: event, bytes)] = call
        calls.describe(call, id: item.callID, name: item.name, emit: emit)
        calls.append(item.arguments ?? "", to: call, emit: emit)
    }

    private mutating func done(
        _ event: ResponsesEvent,
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        guard let item = event.item else { return }
        let key = key(of: event, bytes)
        if item.type == "function_call" {
            guard let call = places[key] else {
                added(event, bytes, emit)
                return
            }
            calls.describe(call, id: item.callID, name: item.name, emit: emit)
            calls.complete(item.arguments ?? "", of: call, emit: emit)
        } else if !isStreamed(key) {
            note(key)
            tell(item, emit)
        }
    }

    private mutating func tell(_ item: ResponsesEvent.Item, _ emit: (ChatEvent) -> Void) {
        if !item.reasoning.isEmpty { emit(.reasoning(item.reasoning)) }
        if !item.text.isEmpty { thinking.receive(item.text, emit: emit) }
        if !item.refusal.isEmpty { emit(.refusal(item.refusal)) }
    }

    /// Ends the answer. Of a server that streamed no item at all, the response object holds them.
    private mutating func end(
        _ response: ResponsesEvent.Response,
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (ChatEvent) -> Void,
        isIncomplete: Bool = false
    ) throws(CallFailure) {
        if streamed.isEmpty, calls.isEmpty { try tellOutput(of: response, bytes, emit) }
        usage = response.usage
        if isIncomplete || response.status == "incomplete" {
            ending = response.incompleteReason == "content_filter" ? .contentFilter : .maximumTokens
        } else {
            ending = .completed
        }
    }
    private mutating func tellOutput(
        of response: ResponsesEvent.Response,
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        for item in try response.items(in: bytes) {
            guard item.type == "function_call" else {
                tell(item, emit)
                continue
            }
            thinking.finish(emit: emit)
            let call = calls.open()
            calls.describe(call, id: item.callID, name: item.name, emit: emit)
            calls.append(item.arguments ?? "", to: call, emit: emit)
        }
    }

    // MARK: Keys

    private func key(of event: ResponsesEvent, _ bytes: UnsafeRawBufferPointer) -> ItemKey {
        if let number = event.outputIndex { return .number(number) }
        return ResponsesEvent.itemID(bytes).map { .id($0) } ?? .unknown
    }

    /// The call that an event's arguments belong to: without any key the latest.
    private func call(of event: ResponsesEvent, _ bytes: UnsafeRawBufferPointer) -> Int? {
        let key = key(of: event, bytes)
        return places[key] ?? (key == .unknown ? places.values.max() : nil)
    }

    private mutating func note(_ key: ItemKey) {
        guard latest != key else { return }
        latest = key
        streamed.insert(key)
    }

    private func isStreamed(_ key: ItemKey) -> Bool { streamed.contains(key) }
}
