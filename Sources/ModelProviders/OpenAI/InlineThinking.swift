/// Tells the thinking that some models write into their answer (`<think>…</think>` at its start) from the answer.
struct InlineThinking {
    private enum State {
        /// The answer has not shown yet whether it begins with the tag.
        case start(held: String)
        /// Within the tags; `held` may be the beginning of the closing one.
        case thinking(held: String)
        /// After the closing tag, before the answer's first letter.
        case between
        case answer
    }

    private var state = State.start(held: "")

    private static let opening = "<think>"
    private static let closing = "</think>"

    mutating func receive(_ text: String, emit: (ChatEvent) -> Void) {
        switch state {
        case .answer: emit(.text(text))
        case .start(let held): begin(held + text, emit)
        case .thinking(let held): think(held + text, emit)
        case .between: answer(text[...], emit)
        }
    }

    /// Hands over what was held back when the answer ends.
    mutating func finish(emit: (ChatEvent) -> Void) {
        switch state {
        case .start(let held): if !held.isEmpty { emit(.text(held)) }
        case .thinking(let held): if !held.isEmpty { emit(.reasoning(held)) }
        case .between, .answer: break
        }
        state = .answer
    }

    private mutating func begin(_ text: String, _ emit: (ChatEvent) -> Void) {
        let body = text.utf8.drop { $0.isSpace }
        if body.starts(with: Self.opening.utf8) {
            think(String(Substring(body.dropFirst(Self.opening.utf8.count))), emit)
        } else if Self.opening.utf8.starts(with: body) {
            state = .start(held: text)
        } else {
            state = .answer
            emit(.text(text))
        }
    }

    private mutating func think(_ text: String, _ emit: (ChatEvent) -> Void) {
        let bytes = Array(text.utf8)
        let tag = Array(Self.closing.utf8)
        for start in bytes.indices where tag.starts(with: bytes[start...].prefix(tag.count)) {
            if start > 0 { emit(.reasoning(String(decoding: bytes[..<start], as: UTF8.self))) }
            let rest = bytes[start...]
            if rest.count >= tag.count {
                state = .between
                answer(Substring(String(decoding: rest.dropFirst(tag.count), as: UTF8.self)), emit)
            } else {
                state = .thinking(held: String(decoding: rest, as: UTF8.self))
            }
            return
        }
        state = .thinking(held: "")
        if !bytes.isEmpty { emit(.reasoning(text)) }
    }

    private mutating func answer(_ text: Substring, _ emit: (ChatEvent) -> Void) {
        let body = text.utf8.drop { $0.isSpace }
        guard !body.isEmpty else { return }
        state = .answer
        emit(.text(String(Substring(body))))
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
