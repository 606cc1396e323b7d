/// Looks for keywords in a text in lower case.
///
/// A Latin keyword must begin a word, and with a `$` behind it also end one; Korean ones may stand anywhere, as Korean
/// words grow at both ends, unless a `^` before one says that it must begin a word ("^일별" is not in "요일별").
struct KeywordMatcher: Sendable {
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    func hasAny(_ keywords: [String]) -> Bool { keywords.contains { has($0) } }

    func has(_ keyword: String) -> Bool {
        var wanted = Array(keyword.utf8)
        let mustEnd = wanted.last == UInt8(ascii: "$")
        if mustEnd { wanted.removeLast() }
        let mustBegin = wanted.first == UInt8(ascii: "^")
        if mustBegin { wanted.removeFirst() }
        guard let first = wanted.first, wanted.count <= bytes.count else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
            let end = start + wanted.count
            guard bytes[start..<end].elementsEqual(wanted) else { continue }
            if start > 0 {
                let before = bytes[start - 1]
                if first < 0x80, isLetter(before) { continue }
                if mustBegin, before >= 0x80 || isLetter(before) { continue }
            }
            if mustEnd, end < bytes.count, isLetter(bytes[end]) { continue }
            return true
        }
        return false
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
