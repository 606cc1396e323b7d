import AssistantsAPI

/// Deltas in a row that make up one text, kept as that text and where each of them ends. An answer takes little more
/// room than its words so, and not what an event takes for each of them.
package struct DeltaRow: Sendable {
    let subject: Subject
    /// Whether the first delta is the first of its part of the message.
    private let beginsPart: Bool
    private var text: [UInt8] = []
    /// The places in the text behind each delta.
    private var ends: [UInt32] = []

    /// What the text belongs to.
    enum Subject: Sendable, Equatable {
        case content(Identifier<Message>, part: Int, StreamEvent.ContentDelta.Kind)
        case arguments(Identifier<RunStep>, call: Int)
        case code(Identifier<RunStep>, call: Int)
    }

    /// A delta that says nothing but its text.
    private struct Piece {
        let subject: Subject
        let text: String
        var beginsPart = false

        init?(_ event: StreamEvent) {
            switch event {
            case .contentDelta(let id, let delta) where delta.annotation == nil:
                subject = .content(id, part: delta.index, delta.kind)
                text = delta.text
                beginsPart = delta.isFirst
            case .toolCallDelta(let id, .arguments(let index, let arguments)):
                subject = .arguments(id, call: index)
                text = arguments
            case .toolCallDelta(let id, .code(let index, let code)):
                subject = .code(id, call: index)
                text = code
            case .thread, .run, .step, .message, .contentDelta, .toolCallDelta: return nil
            }
        }
    }

    /// A row of two; nil when the events are not deltas of which one goes on with the other's text.
    package init?(_ first: StreamEvent, _ second: StreamEvent) {
        guard let piece = Piece(first) else { return nil }
        subject = piece.subject
        beginsPart = piece.beginsPart
        add(piece.text)
        guard append(second) else { return nil }
    }

    package var count: Int { ends.count }

    /// Takes the event in if it goes on with the text.
    package mutating func append(_ event: StreamEvent) -> Bool {
        guard let piece = Piece(event), !piece.beginsPart, piece.subject == subject,
            text.count + piece.text.utf8.count <= UInt32.max
        else { return false }
        add(piece.text)
        return true
    }

    private mutating func add(_ piece: String) {
        text += piece.utf8
        ends.append(UInt32(text.count))
    }

    /// How much of the text each delta is, in bytes.
    var lengths: some Sequence<Int> { zip(ends, [0] + ends).lazy.map { Int($0 - $1) } }

    /// Those deltas of which the index is in `range`.
    func visit(in range: Range<Int>, _ body: (StreamEvent) -> Void) {
        for index in range.clamped(to: 0..<count) { body(delta(at: index)) }
    }

    private func delta(at index: Int) -> StreamEvent {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        let piece = String(decoding: text[start..<Int(ends[index])], as: UTF8.self)
        switch subject {
        case .content(let message, let part, let kind):
            let isFirst = beginsPart && index == 0
            return .contentDelta(message, .init(index: part, kind: kind, text: piece, isFirst: isFirst))
        case .arguments(let step, let call): return .toolCallDelta(step, .arguments(index: call, piece))
        case .code(let step, let call): return .toolCallDelta(step, .code(index: call, piece))
        }
    }
}
