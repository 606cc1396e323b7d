import Foundation

/// A link to a file of the interpreter in a text, `sandbox:/mnt/data/report.csv`, as a model writes it.
package struct SandboxLink: Sendable, Equatable {
    /// What the link may be, the likeliest first: where it ends is certain only once there is such a file.
    package var candidates: [Candidate]

    package struct Candidate: Sendable, Equatable {
        /// The link as it stands in the text.
        package var text: String
        /// Its place, in Unicode scalars.
        package var range: Range<Int>
        /// Names that are meant, relative to `/mnt/data`: as written, and with `%20` and the like decoded.
        package var names: [String]
    }

    package static let folder = "/mnt/data/"
    package static let start = "sandbox:" + folder

    /// Longer than a path may be.
    private static let longest = 1024

    /// The links of a text, in their order.
    package static func all(in text: String) -> [SandboxLink] {
        guard text.contains(start) else { return [] }
        let scalars = Array(text.unicodeScalars)
        let marker = Array(start.unicodeScalars)
        var links: [SandboxLink] = []
        var place = 0
        while place + marker.count < scalars.count {
            guard scalars[place] == marker[0], scalars[place...].starts(with: marker) else {
                place += 1
                continue
            }
            let ends = SandboxLink.ends(in: scalars, from: place, nameStart: place + marker.count)
            let candidates = ends.compactMap { candidate(in: scalars, place..<$0, prefix: marker.count) }
            if !candidates.isEmpty { links.append(SandboxLink(candidates: candidates)) }
            place += marker.count
        }
        return links
    }

    private static func candidate(in scalars: [Unicode.Scalar], _ range: Range<Int>, prefix: Int) -> Candidate? {
        let text = string(scalars[range])
        let name = string(scalars[(range.lowerBound + prefix)..<range.upperBound])
        let decoded = name.removingPercentEncoding
        let names = ([name] + (decoded == nil || decoded == name ? [] : [decoded ?? name])).filter(isName)
        return names.isEmpty ? nil : Candidate(text: text, range: range, names: names)
    }

    /// Whether it names something below the folder and nowhere else.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// Where the link may end.
    private static func ends(in scalars: [Unicode.Scalar], from start: Int, nameStart: Int) -> [Int] {
        let rest = scalars[nameStart..<min(scalars.count, nameStart + longest)]
        var ends: [Int] = []
        if start > 0, scalars[start - 1] == "(", let end = closingParenthesis(in: rest) {
            // A title may follow the target, in quotes.
            if let title = titleStart(in: scalars[nameStart..<end]) { ends.append(title) }
            ends.append(end)
        } else if start > 0, let closing = pairs[scalars[start - 1]], let end = rest.firstIndex(of: closing),
            !rest[..<end].contains("\n")
        {
            ends.append(end)
        }
        var end = rest.firstIndex { $0.properties.isWhitespace || closings.contains($0) } ?? rest.endIndex
        if !ends.contains(end) { ends.append(end) }
        // Punctuation behind a bare link belongs to the sentence.
        while end > nameStart, sentenceEnds.contains(scalars[end - 1]) {
            end -= 1
            if !ends.contains(end) { ends.append(end) }
        }
        return ends.filter { $0 > nameStart }
    }

    private static let pairs: [Unicode.Scalar: Unicode.Scalar] = ["<": ">", "\"": "\"", "'": "'", "`": "`"]
    private static let closings: Set<Unicode.Scalar> = [")", "]", ">", "\"", "'", "`", "」", "』", "】"]
    private static let sentenceEnds: Set<Unicode.Scalar> = [".", ",", ";", ":", "!", "?", "。", "、", "，", "*", "_"]

    /// Names have parentheses too, mostly in pairs.
    private static func closingParenthesis(in text: ArraySlice<Unicode.Scalar>) -> Int? {
        var depth = 0
        for place in text.indices {
            switch text[place] {
            case "(": depth += 1
            case ")":
                if depth == 0 { return place }
                depth -= 1
            case "\n", "\r": return nil
            default: break
            }
        }
        return nil
    }

    private static func titleStart(in target: ArraySlice<Unicode.Scalar>) -> Int? {
        guard let last = target.last, last == "\"" || last == "'",
            let quote = target.dropLast().lastIndex(of: last), quote > target.startIndex,
            target[quote - 1] == " "
        else { return nil }
        return target[..<quote].lastIndex { $0 != " " }.map { $0 + 1 }
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
