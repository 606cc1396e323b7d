import AssistantsAPI
import Storage

/// A run's event log as it is stored with the run: what can be read from the run, its steps and its messages is only
/// named, and a delta is the length of its text. The log of an answer of fifty deltas takes some 300 bytes.
///
/// A JSON array, one entry for each event or row of deltas:
/// `["T"]` thread created · `["R",moment,state…]` run · `["S",moment,n]` step n · `["M",moment,n]` message n ·
/// `["t",n,part,length,…]`, `["r",…]` text or refusal of message n · `["c",n,call]` call of step n begins ·
/// `["i",…]` image of message n · `["a",n,call,length,…]` its arguments or code · `["o",n,call,output]` an output of its code · `["skip",count]` numbers skip ahead.
enum EventRecord {
    /// What a record speaks of: the objects as they are stored, in the order of the run's steps.
    struct Subjects: Sendable {
        var thread: AssistantThread?
        var run: Run
        var steps: [RunStep]
        /// One for each step that wrote a message; nil for a message that was deleted.
        var messages: [Message?]
    }

    static func encode(_ log: EventLog) -> String {
        var encoder = EventRecordEncoder()
        var skips = log.skips[...]
        for entry in log.contents {
            while let skip = skips.first, skip.place == entry.place {
                encoder.skip(skip.count)
                skips.removeFirst()
            }
            switch entry.content {
            case .event(let event): encoder.append(event)
            case .deltas(let row): encoder.append(row)
            }
        }
        for skip in skips { encoder.skip(skip.count) }
        return encoder.text()
    }

    /// The log that a record stands for. What a record names and the store does not have any more, a deleted message
    /// say, is left out of it; its numbers are not given to others.
    static func decode(_ text: String, _ subjects: Subjects) -> EventLog {
        let entries = (try? JSONValue(parsing: text))?.arrayValue ?? []
        var decoder = EventRecordDecoder(subjects: subjects)
        for entry in entries { decoder.read(entry.arrayValue ?? []) }
        return EventLog(events: decoder.events, skips: decoder.skips)
    }
}

extension EventRecord {
    /// The log that is stored with a run; nil when there is none.
    static func read(of run: Run, _ db: Connection) throws -> EventLog? {
        guard let text = try db.runs.eventRecord(of: run.id) else { return nil }
        let steps = try db.runSteps.all(of: run)
        let messages = try db.messages.written(by: run)
        let subjects = Subjects(
            thread: try db.threads.find(run.threadID),
            run: run,
            steps: steps,
            messages: steps.compactMap(\.messageID).map { id in messages.first { $0.id == id } }
        )
        return decode(text, subjects)
    }
}

/// Writes a record, event by event. Steps and messages are numbered in the order in which they are first spoken of.
private struct EventRecordEncoder {
    private var writer = JSONWriter()
    private var steps: [Identifier<RunStep>] = []
    private var messages: [Identifier<Message>] = []
    /// What a row of deltas that is being written belongs to.
    private var row: Row?

    private enum Row: Equatable {
        case content(message: Int, part: Int, StreamEvent.ContentDelta.Kind)
        case arguments(step: Int, call: Int)
    }

    init() { writer.beginArray() }

    mutating func text() -> String {
        endRow()
        writer.endArray()
        return writer.text
    }

    mutating func skip(_ count: Int) { entry("skip") { $0.value(count) } }

    mutating func append(_ event: StreamEvent) {
        switch event {
        case .thread: entry("T") { _ in }
        case .run(let moment, let run):
            entry("R") { writer in
                writer.value(moment.rawValue)
                writer.value(StateColumns(run.state))
            }
        case .step(let moment, let step):
            let number = Self.number(of: step.id, in: &steps)
            entry("S") { writer in
                writer.value(moment.rawValue)
                writer.value(number)
            }
        case .message(let moment, let message):
            let number = Self.number(of: message.id, in: &messages)
            entry("M") { writer in
                writer.value(moment.rawValue)
                writer.value(number)
            }
        case .contentDelta(let id, let delta):
            let number = Self.number(of: id, in: &messages)
            begin(.content(message: number, part: delta.index, delta.kind))
            writer.value(delta.text.utf8.count)
        case .toolCallDelta(let id, .began(let index, _)):
            let number = Self.number(of: id, in: &steps)
            entry("c") { writer in
                writer.value(number)
                writer.value(index)
            }
        case .toolCallDelta(let id, .output(let index, let output, _)):
            let number = Self.number(of: id, in: &steps)
            entry("o") { writer in
                writer.value(number)
                writer.value(index)
                writer.value(output)
            }
        case .toolCallDelta(let id, .arguments(let index, let text)),
            .toolCallDelta(let id, .code(let index, let text)):
            begin(.arguments(step: Self.number(of: id, in: &steps), call: index))
            writer.value(text.utf8.count)
        }
    }

    mutating func append(_ row: DeltaRow) {
        switch row.subject {
        case .content(let id, let part, let kind):
            begin(.content(message: Self.number(of: id, in: &messages), part: part, kind))
        case .arguments(let id, let call), .code(let id, let call):
            begin(.arguments(step: Self.number(of: id, in: &steps), call: call))
        }
        for length in row.lengths { writer.value(length) }
    }

    private mutating func entry(_ kind: String, _ write: (inout JSONWriter) -> Void) {
        endRow()
        writer.beginArray()
        writer.value(kind)
        write(&writer)
        writer.endArray()
    }

    private mutating func begin(_ next: Row) {
        guard row != next else { return }
        endRow()
        row = next
        writer.beginArray()
        switch next {
        case .content(let message, let part, let kind):
            writer.value(Self.name(of: kind))
            writer.value(message)
            writer.value(part)
        case .arguments(let step, let call):
            writer.value("a")
            writer.value(step)
            writer.value(call)
        }
    }

    private static func name(of kind: StreamEvent.ContentDelta.Kind) -> String {
        switch kind {
        case .text: "t"
        case .refusal: "r"
        case .imageFile: "i"
        }
    }

    private mutating func endRow() {
        if row != nil { writer.endArray() }
        row = nil
    }

    private static func number<Resource>(
        of id: Identifier<Resource>,
        in known: inout [Identifier<Resource>]
    ) -> Int {
        if let index = known.lastIndex(of: id) { return index }
        known.append(id)
        return known.count - 1
    }
}
