import AssistantsAPI
import Storage

/// Reads a record, entry by entry, and makes the events anew from the objects that it speaks of.
struct EventRecordDecoder {
    private let subjects: EventRecord.Subjects
    private(set) var events: [StreamEvent] = []
    private(set) var skips: [EventLog.Skip] = []
    /// How much of each text was told, in bytes.
    private var told: [Text: Int] = [:]
    /// How much of each part of a message was told, in Unicode scalars.
    private var scalars: [Part: Int] = [:]
    /// The place behind the last link that was told of.
    private var links: [Part: Int] = [:]
    /// Messages of which there were no deltas yet.
    private var begun: Set<Part> = []

    private enum Text: Hashable {
        case content(Part)
        case arguments(step: Int, call: Int)
    }

    private struct Part: Hashable {
        var message: Int
        var part: Int
    }

    init(subjects: EventRecord.Subjects) { self.subjects = subjects }

    mutating func read(_ entry: [JSONValue]) {
        let numbers = entry.dropFirst().map { $0.intValue }
        if entry.first?.stringValue == "skip" { return skip(numbers.first.flatMap { $0 } ?? 0) }
        let before = events.count
        switch entry.first?.stringValue {
        case "T": if let thread = subjects.thread { events.append(.thread(thread)) }
        case "R": readRun(entry)
        case "S": readStep(entry)
        case "M": readMessage(entry)
        case "t": readContent(numbers, .text)
        case "r": readContent(numbers, .refusal)
        case "i": readContent(numbers, .imageFile)
        case "c": readCall(numbers)
        case "a": readArguments(numbers)
        case "o": readOutput(numbers)
        default: break
        }
        // Rows of deltas stand for one event each length.
        let isRow = ["t", "r", "i", "a"].contains(entry.first?.stringValue)
        skip((isRow ? max(numbers.count - 2, 0) : 1) - (events.count - before))
    }

    private mutating func skip(_ count: Int) {
        if count > 0 { skips.append(EventLog.Skip(place: events.count, count: count)) }
    }

    private mutating func readRun(_ entry: [JSONValue]) {
        guard entry.count == 3, let moment = entry[1].stringValue.flatMap(StreamEvent.RunMoment.init),
            let state = StateColumns(stored: entry[2])?.state
        else { return }
        events.append(.run(moment, subjects.run.pictured(in: state)))
    }

    private mutating func readStep(_ entry: [JSONValue]) {
        guard entry.count == 3, let moment = entry[1].stringValue.flatMap(StreamEvent.StepMoment.init),
            let number = entry[2].intValue, subjects.steps.indices.contains(number)
        else { return }
        var step = subjects.steps[number]
        step.expiresAt = lifetime?.expiresAt
        if moment == .created || moment == .inProgress {
            step.status = .inProgress
            step.endedAt = nil
            step.lastError = nil
            if step.toolCalls != nil { step.details = .toolCalls([]) }
        }
        events.append(.step(moment, step))
    }

    private mutating func readMessage(_ entry: [JSONValue]) {
        guard entry.count == 3, let moment = entry[1].stringValue.flatMap(StreamEvent.MessageMoment.init),
            var message = entry[2].intValue.flatMap(message(at:))
        else { return }
        if moment == .created || moment == .inProgress {
            message.status = .inProgress
            message.endedAt = nil
            message.content = Message.Content(storedJSON: "[]")
        }
        events.append(.message(moment, message))
    }

    private mutating func readContent(_ numbers: [Int?], _ kind: StreamEvent.ContentDelta.Kind) {
        guard numbers.count > 2, let number = numbers[0], let part = numbers[1], let message = message(at: number)
        else { return }
        let parts = message.content.parts
        guard parts.indices.contains(part) else { return }
        let text: Message.Text
        switch parts[part] {
        case .text(let whole): text = whole
        case .refusal(let whole): text = Message.Text(whole)
        case .imageFile(let id, _): text = Message.Text(id)
        case .imageURL: return
        }
        let place = Part(message: number, part: part)
        for length in numbers.dropFirst(2).compactMap({ $0 }) {
            let piece = take(length, of: text.value, .content(place))
            var delta = StreamEvent.ContentDelta(
                index: part,
                kind: kind,
                text: piece,
                isFirst: begun.insert(place).inserted
            )
            let start = scalars[place, default: 0]
            scalars[place] = start + piece.unicodeScalars.count
            // A marker is a delta of its own; links are told of behind the text.
            let index =
                piece.isEmpty
                ? nextLink(of: place, in: text)
                : text.annotations.firstIndex { $0.range.lowerBound == start && $0.text == piece }
            if let index { delta.annotation = StreamEvent.NumberedAnnotation(text.annotations[index], index: index) }
            events.append(.contentDelta(message.id, delta))
        }
    }

    /// The place of the next link that was not told of yet.
    private mutating func nextLink(of place: Part, in text: Message.Text) -> Int? {
        let start = links[place, default: 0]
        let next = text.annotations[min(start, text.annotations.count)...].firstIndex { $0.kind == .filePath }
        links[place] = next.map { $0 + 1 }
        return next
    }

    private func message(at number: Int) -> Message? {
        subjects.messages.indices.contains(number) ? subjects.messages[number] : nil
    }

    private mutating func readCall(_ numbers: [Int?]) {
        guard numbers.count == 2, let number = numbers[0], let index = numbers[1],
            subjects.steps.indices.contains(number), let calls = subjects.steps[number].toolCalls,
            calls.indices.contains(index)
        else { return }
        events.append(.toolCallDelta(subjects.steps[number].id, .began(index: index, calls[index].begun)))
    }

    private mutating func readArguments(_ numbers: [Int?]) {
        guard numbers.count > 2, let number = numbers[0], let index = numbers[1],
            subjects.steps.indices.contains(number), let calls = subjects.steps[number].toolCalls,
            calls.indices.contains(index)
        else { return }
        for length in numbers.dropFirst(2).compactMap({ $0 }) {
            let piece = take(length, of: calls[index].arguments, .arguments(step: number, call: index))
            let isCode = calls[index].code != nil
            let delta: StreamEvent.ToolCallDelta =
                isCode ? .code(index: index, piece) : .arguments(index: index, piece)
            events.append(.toolCallDelta(subjects.steps[number].id, delta))
        }
    }

    private mutating func readOutput(_ numbers: [Int?]) {
        guard numbers.count == 3, let number = numbers[0], let index = numbers[1], let place = numbers[2],
            subjects.steps.indices.contains(number), let calls = subjects.steps[number].toolCalls,
            calls.indices.contains(index), let outputs = calls[index].code?.result?.outputs,
            outputs.indices.contains(place)
        else { return }
        let delta = StreamEvent.ToolCallDelta.output(index: index, number: place, outputs[place])
        events.append(.toolCallDelta(subjects.steps[number].id, delta))
    }

    private mutating func take(_ length: Int, of text: String, _ kind: Text) -> String {
        let start = told[kind, default: 0]
        told[kind] = start + length
        return String(decoding: text.utf8.dropFirst(start).prefix(length), as: UTF8.self)
    }

    /// The times of the run at this point of its log.
    private var lifetime: Run.Lifetime? {
        for event in events.reversed() {
            if case .run(_, let run) = event, let lifetime = run.state.lifetime { return lifetime }
        }
        return nil
    }
}
