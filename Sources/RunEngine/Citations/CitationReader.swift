import AssistantsAPI

/// Finds the markers in a text that comes piece by piece, and makes citations of them.
///
/// Text that may become a marker is held back until that is decided, so that a marker leaves as one piece. Models misquote:
/// what they meant is found out where it can be, and written correctly. What is plainly a marker and means nothing is dropped.
package struct CitationReader: Sendable {
    package enum Piece: Sendable, Equatable {
        case text(String)
        case citation(CitationSources.Source)
    }

    private let sources: CitationSources
    /// Begins with what may be the bracket of a marker.
    private var held: [Unicode.Scalar] = []
    /// The scalar before what is held.
    private var previous: Unicode.Scalar?

    /// No marker is longer, in scalars: names of files have 255 bytes at most.
    static let longest = 320

    package init(_ sources: CitationSources) { self.sources = sources }

    /// Takes more of the text and gives what is decided.
    package mutating func read(_ text: String) -> [Piece] {
        if held.isEmpty, !text.unicodeScalars.contains(where: { Bracket(opening: $0) != nil }) {
            previous = text.unicodeScalars.last ?? previous
            return text.isEmpty ? [] : [.text(text)]
        }
        held += text.unicodeScalars
        return decide(isEnd: false)
    }

    /// The text is over, or something else comes between: what is held is decided.
    package mutating func finish() -> [Piece] { decide(isEnd: true) }

    private mutating func decide(isEnd: Bool) -> [Piece] {
        var output = Output(previous: previous)
        var place = 0
        reading: while place < held.count {
            guard let bracket = Bracket(opening: held[place]) else {
                output.append(held[place])
                place += 1
                continue
            }
            let candidate = MarkerCandidate(bracket: bracket, previous: output.previous, sources: sources)
            switch candidate.verdict(held[(place + 1)...].prefix(Self.longest), isEnd: isEnd) {
            case .undecided where held.count - place <= Self.longest: break reading
            case .undecided, .text:
                output.append(held[place])
                place += 1
            case .marker(let found, let length):
                for source in found { output.append(source) }
                place += 1 + length
            }
        }
        held.removeFirst(place)
        previous = output.previous
        return output.pieces
    }

    /// Pieces of text are joined.
    private struct Output {
        private(set) var previous: Unicode.Scalar?
        private var text = String.UnicodeScalarView()
        private var done: [Piece] = []

        init(previous: Unicode.Scalar?) { self.previous = previous }

        mutating func append(_ scalar: Unicode.Scalar) {
            text.append(scalar)
            previous = scalar
        }

        mutating func append(_ source: CitationSources.Source) {
            done = pieces + [.citation(source)]
            text = String.UnicodeScalarView()
            previous = "】"
        }

        var pieces: [Piece] { text.isEmpty ? done : done + [.text(String(text))] }
    }
}

/// The brackets around markers: the right ones, and those that models take for them.
enum Bracket {
    /// `【` and its like, which hardly anything else is written in.
    case rare
    /// Those that stand in any text, and around markers that models write for another's.
    case square
    /// Those that stand in any text.
    case common

    init?(opening scalar: Unicode.Scalar) {
        switch scalar {
        case "【", "〖", "⟦", "［": self = .rare
        case "[", "〔": self = .square
        case "(", "（", "「", "『", "{": self = .common
        default: return nil
        }
    }

    static func isRareClosing(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "】" || scalar == "〗" || scalar == "⟧" || scalar == "］"
    }

    static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "]", ")", "）", "〕", "」", "』", "}": true
        default: isRareClosing(scalar)
        }
    }
}
