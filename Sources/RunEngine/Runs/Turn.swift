import AssistantsAPI

/// What a model has said in one answer of a run, as messages and steps: a text, calls of functions, or both.
struct Turn: Sendable {
    /// A message that is being written, and the step that tells of it.
    struct Writing: Sendable {
        var message: Message
        var step: RunStep
        var parts: [Message.Part]
        /// Unicode scalars of the last part's text, in which annotations count.
        var length = 0
        /// Whether its completion was told already.
        var isClosed = false
    }

    /// What was said before the calls, and what was said behind them.
    var leading: Writing?
    var calls: RunStep?
    var trailing: Writing?
    /// Figures that the next message begins with.
    var images: [String] = []

    var isEmpty: Bool { leading == nil && calls == nil && trailing == nil }

    /// The messages in the order in which they were begun.
    var writings: [Writing] { [leading, trailing].compactMap { $0 } }

    /// The steps in the order in which they were begun.
    var steps: [RunStep] { [leading?.step, calls, trailing?.step].compactMap { $0 } }

    /// The files that tools made and this speaks of.
    var madeFiles: [String] {
        let links = writings.flatMap(\.parts).flatMap { part -> [String] in
            guard case .text(let text) = part else { return [] }
            return text.annotations.compactMap { $0.kind == .filePath ? $0.fileID : nil }
        }
        return links + (calls?.toolCalls ?? []).compactMap(\.code).flatMap(\.imageFileIDs)
    }

    /// How a turn ends: with its run, or with its run waiting for outputs.
    struct Closing: Sendable {
        var messageStatus = Message.Status.completed
        var stepStatus = RunStep.Status.completed
        var lastError: Run.LastError?
        var usage: TokenUsage?
        /// Whether calls stay open until their outputs come.
        var leavesCallsOpen = false
    }

    /// Settles everything that is still open and returns the events that tell of it.
    ///
    /// The usage of an answer is that of the step it was made for: its calls, or else its message.
    mutating func close(_ closing: Closing, at now: Timestamp) -> [StreamEvent] {
        var events: [StreamEvent] = []
        let isForCalls = calls != nil
        if var step = calls {
            step.usage = closing.usage
            if !closing.leavesCallsOpen {
                step.status = closing.stepStatus
                step.endedAt = now
                step.lastError = closing.lastError
            }
            calls = step
        }
        // What ends unhappily ends in the order in which it stands open: the message, then the calls.
        events += Self.close(&leading, closing, isForCalls ? TokenUsage() : closing.usage, at: now)
        events += Self.close(&trailing, closing, isForCalls ? TokenUsage() : closing.usage, at: now)
        if let calls, !closing.leavesCallsOpen { events.append(.step(.init(reached: calls.status), calls)) }
        return events
    }

    private static func close(
        _ writing: inout Writing?,
        _ closing: Closing,
        _ usage: TokenUsage?,
        at now: Timestamp
    ) -> [StreamEvent] {
        guard var open = writing, !open.isClosed else { return [] }
        open.message.status = closing.messageStatus
        open.step.status = closing.stepStatus
        open.step.lastError = closing.lastError
        let events = open.close(usage: usage, at: now)
        writing = open
        return events
    }
}

extension Turn.Writing {
    /// Completes the message and its step as their status says.
    mutating func close(usage: TokenUsage?, at now: Timestamp) -> [StreamEvent] {
        isClosed = true
        message.content = content
        message.endedAt = now
        step.endedAt = now
        step.usage = usage
        return [.message(.init(reached: message.status), message), .step(.init(reached: step.status), step)]
    }

    /// The parts with links to files of the interpreter, and their texts.
    var linkedTexts: [(part: Int, text: String)] {
        parts.enumerated().compactMap { index, part in
            guard case .text(let text) = part, text.value.contains(SandboxLink.start) else { return nil }
            return (index, text.value)
        }
    }

    /// The message as far as it is written.
    var draft: Message {
        var draft = message
        if !isClosed { draft.content = content }
        return draft
    }

    private var content: Message.Content {
        if parts.count == 1, case .text(let text) = parts[0], text.annotations.isEmpty {
            return Message.Content(text: text.value)
        }
        return Message.Content(parts: parts)
    }

    /// Changes it where it is: a copy would cost more than most changes.
    mutating func apply<Result>(_ change: (inout Self) -> Result) -> Result { change(&self) }

    /// Appends text of a kind and returns the delta that tells of it.
    mutating func append(_ text: String, _ kind: StreamEvent.ContentDelta.Kind) -> StreamEvent {
        let last = parts.count - 1
        switch (kind, parts.last) {
        case (.text, .text(var whole)?):
            parts[last] = .text("")
            whole.value += text
            parts[last] = .text(whole)
            length += text.scalarCount
            return .contentDelta(message.id, .init(index: last, kind: kind, text: text, isFirst: false))
        case (.refusal, .refusal(var whole)?):
            parts[last] = .refusal("")
            whole += text
            parts[last] = .refusal(whole)
            return .contentDelta(message.id, .init(index: last, kind: kind, text: text, isFirst: false))
        case (.imageFile, _):
            parts.append(.imageFile(id: text, detail: "auto"))
            return .contentDelta(message.id, .init(index: last + 1, kind: kind, text: text, isFirst: true))
        default:
            parts.append(kind == .text ? .text(Message.Text(text)) : .refusal(text))
            length = text.scalarCount
            return .contentDelta(message.id, .init(index: last + 1, kind: kind, text: text, isFirst: true))
        }
    }

    /// Appends the path that stands for a file, and returns the one delta that tells of both.
    mutating func append(path: String, of file: String) -> StreamEvent {
        append(path, as: .filePath, of: file)
    }

    /// Notes what a link in a part's text stands for, and returns the delta that tells of it.
    mutating func annotate(_ part: Int, _ annotation: Message.Annotation) -> StreamEvent? {
        guard parts.indices.contains(part), case .text(var text) = parts[part] else { return nil }
        var delta = StreamEvent.ContentDelta(index: part, text: "", isFirst: false)
        delta.annotation = StreamEvent.NumberedAnnotation(annotation, index: text.annotations.count)
        text.annotations.append(annotation)
        parts[part] = .text(text)
        return .contentDelta(message.id, delta)
    }

    /// Appends the marker of a source, with the citation that it stands for, and returns the one delta that tells of both.
    mutating func append(_ source: CitationSources.Source) -> StreamEvent {
        append(source.marker.text, as: .fileCitation, of: source.fileID)
    }

    private mutating func append(_ marker: String, as kind: Message.Annotation.Kind, of file: String) -> StreamEvent {
        guard case .contentDelta(let id, var delta) = append(marker, .text), let last = parts.indices.last,
            case .text(var whole) = parts[last]
        else { preconditionFailure("text makes a delta of text") }
        let start = length - marker.unicodeScalars.count
        let annotation = Message.Annotation(kind: kind, text: marker, range: start..<length, fileID: file)
        delta.annotation = StreamEvent.NumberedAnnotation(annotation, index: whole.annotations.count)
        parts[last] = .text("")
        whole.annotations.append(annotation)
        parts[last] = .text(whole)
        return .contentDelta(id, delta)
    }
}

extension String {
    /// Its characters as annotations count them. Counted by bytes that begin one, many at a time.
    fileprivate var scalarCount: Int {
        utf8.withContiguousStorageIfAvailable { bytes in
            var count = 0
            for byte in bytes where byte & 0xC0 != 0x80 { count &+= 1 }
            return count
        } ?? unicodeScalars.count
    }
}
