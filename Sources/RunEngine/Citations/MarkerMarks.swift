/// What stands between the brackets of a marker, taken apart: mostly one mark, `4:0†name`, sometimes several.
struct MarkerMarks {
    private(set) var marks: [CitationSources.Wanted] = []
    /// Whether a dagger, or a spelling of one, stands before a name.
    private(set) var hasDagger = false
    /// Where the last mark's name begins.
    private(set) var nameStart: Int

    /// More digits than a marker's number has.
    private static let digits = 4

    init(_ text: ArraySlice<Unicode.Scalar>) {
        nameStart = text.endIndex
        var rest = text
        while true {
            let end = Self.endOfMark(in: rest)
            read(rest[rest.startIndex..<end])
            guard end < rest.endIndex else { return }
            rest = rest[(end + 1)...]
        }
    }

    /// A comma ends a mark if the numbers of another follow.
    private static func endOfMark(in text: ArraySlice<Unicode.Scalar>) -> Int {
        for place in text.indices where text[place] == "," || text[place] == ";" || text[place] == "、" {
            var rest = text[(place + 1)...]
            if number(&rest) != nil, colon(&rest), number(&rest) != nil { return place }
        }
        return text.endIndex
    }

    private mutating func read(_ text: ArraySlice<Unicode.Scalar>) {
        var rest = text
        var mark = CitationSources.Wanted()
        Self.skipWord(&rest)
        mark.first = Self.number(&rest)
        if mark.first != nil, Self.colon(&rest) { mark.second = Self.number(&rest) }
        skipSigns(&rest)
        nameStart = rest.startIndex
        mark.name = String(String.UnicodeScalarView(rest.trimmingEnd))
        marks.append(mark)
    }

    /// Whether there is nothing but a number.
    var isOneNumber: Bool { marks.count == 1 && marks[0].second == nil && marks[0].name.isEmpty }

    /// Whether there is a name and no number.
    var hasNameAlone: Bool { marks.count == 1 && marks[0].first == nil }

    // MARK: Pieces

    static func skipSpaces(_ text: inout ArraySlice<Unicode.Scalar>) { text = text.drop { $0.isSpace } }

    /// Takes a number off the beginning; nil when there is none, or one that is too long.
    static func number(_ text: inout ArraySlice<Unicode.Scalar>) -> Int? {
        let rest = text.drop { $0.isSpace }
        let run = rest.prefix { $0.isDigit }
        guard !run.isEmpty, run.count <= digits else { return nil }
        text = rest[run.endIndex...]
        return Int(String(String.UnicodeScalarView(run)))
    }

    /// Takes a colon off the beginning, or what models write for it, if a number follows.
    static func colon(_ text: inout ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = text.drop { $0.isSpace }
        guard let first = rest.first, ":：∶.-".unicodeScalars.contains(first) else { return false }
        rest = rest.dropFirst().drop { $0.isSpace }
        guard rest.first?.isDigit ?? false else { return false }
        text = rest
        return true
    }

    /// `source:` and the like before a number.
    static func skipWord(_ text: inout ArraySlice<Unicode.Scalar>) {
        let start = text.drop { $0.isSpace }
        let letters = start.prefix { $0.isASCII && $0.properties.isAlphabetic }
        let rest = start[letters.endIndex...].drop { $0 == ":" || $0.isSpace }
        guard words.contains(String(String.UnicodeScalarView(letters)).lowercased()), rest.first?.isDigit ?? false
        else {
            return
        }
        text = rest
    }

    static let words: Set = ["source", "cite", "citation", "ref"]

    /// What stands between numbers and name: the dagger, or what models write for it.
    private mutating func skipSigns(_ text: inout ArraySlice<Unicode.Scalar>) {
        while let first = text.first {
            if let spelling = Self.spellings.first(where: { text.starts(with: $0.unicodeScalars) }) {
                hasDagger = true
                text = text.dropFirst(spelling.unicodeScalars.count)
            } else if first.isDagger {
                hasDagger = true
                text = text.dropFirst()
            } else if first.isSpace || "|¦+*^~#:/–—-".unicodeScalars.contains(first) {
                text = text.dropFirst()
            } else {
                return
            }
        }
    }

    private static let spellings = ["\\u2020", "&dagger;"]
}

extension Unicode.Scalar {
    var isDigit: Bool { ("0"..."9").contains(self) }

    var isSpace: Bool { self == " " || self == "\u{A0}" || self == "\u{3000}" || self == "\t" }

    var isDagger: Bool { self == "†" || self == "‡" || self == "✝" || self == "✟" || self == "⸸" }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate var trimmingEnd: ArraySlice<Unicode.Scalar> {
        let end = lastIndex { !$0.isSpace }.map { $0 + 1 } ?? startIndex
        return self[startIndex..<end]
    }
}
