/// The entries of a `.env` text, read as its users expect from python-dotenv and docker.
///
/// `NAME=value`, spaces around `=` and a leading `export` allowed; `#` begins a comment at the start of a line and after
/// a space, but not inside quotes or in the middle of a word. Single quotes keep everything as it is but `\\` and `\'`;
/// double quotes know `\n`, `\t` and their like. A quoted value may run over several lines. LF, CRLF, CR and a byte order
/// mark are understood. Variables (`${NAME}`) are not expanded.
package struct DotEnvFile: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package let name: String
        package let value: String
        /// Counted from 1.
        package let line: Int
    }

    /// A line that is not an entry. It never holds the value, which may be a secret.
    package struct Fault: Sendable, Equatable {
        package let line: Int
        package let reason: String
    }

    package private(set) var entries: [Entry] = []
    package private(set) var faults: [Fault] = []

    package init(_ text: String) {
        var scanner = Scanner(text)
        while let line = scanner.nextLine() {
            do throws(ScanError) {
                let (name, value) = try scanner.entry()
                entries.append(Entry(name: name, value: value, line: line))
            } catch {
                faults.append(Fault(line: line, reason: error.reason))
                scanner.skipRestOfLine()
            }
        }
    }
}

private struct ScanError: Error {
    let reason: String
}

/// Walks over the bytes of the text, line by line.
private struct Scanner {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private var isAtLineEnd: Bool { current == nil || current == .lineFeed || current == .carriageReturn }

    /// Steps over blank lines and comments; nil at the end of the text.
    mutating func nextLine() -> Int? {
        while true {
            skipBlanks()
            guard let byte = current else { return nil }
            switch byte {
            case .lineFeed, .carriageReturn: advanceOverLineEnd()
            case UInt8(ascii: "#"): skipRestOfLine()
            default: return line
            }
        }
    }

    /// Reads the entry at the scanner.
    mutating func entry() throws(ScanError) -> (name: String, value: String) {
        var name = word()
        if name == "export", current == .space || current == .tab {
            skipBlanks()
            name = word()
        }
        guard isName(name) else { throw ScanError(reason: "it does not begin with a name, as in NAME=value") }
        skipBlanks()
        if isAtLineEnd || current == UInt8(ascii: "#") {
            // The word is not told: it may be a piece of a secret that came onto a line of its own.
            throw ScanError(reason: "it has no =, as in NAME=value")
        }
        guard current == UInt8(ascii: "=") else { throw ScanError(reason: "there is no = after \(name)") }
        offset += 1
        return (name, try value(of: name))
    }

    private mutating func value(of name: String) throws(ScanError) -> String {
        let start = offset
        skipBlanks()
        guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return plainValue(followsBlank: offset > start)
        }
        let value = try quotedValue(quote, of: name)
        skipBlanks()
        guard isAtLineEnd || current == UInt8(ascii: "#") else {
            throw ScanError(reason: "something follows the closing quote of \(name)")
        }
        skipRestOfLine()
        return value
    }

    private mutating func plainValue(followsBlank: Bool) -> String {
        let start = offset
        var end = offset
        var isAfterBlank = followsBlank
        while let byte = current, !isAtLineEnd {
            if byte == UInt8(ascii: "#"), isAfterBlank { break }
            isAfterBlank = byte == .space || byte == .tab
            offset += 1
            if !isAfterBlank { end = offset }
        }
        skipRestOfLine()
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func quotedValue(_ quote: UInt8, of name: String) throws(ScanError) -> String {
        let opening = (offset: offset, line: line)
        offset += 1
        var value: [UInt8] = []
        while let byte = current {
            switch byte {
            case quote:
                offset += 1
                return String(decoding: value, as: UTF8.self)
            case .backslash:
                offset += 1
                appendEscape(quote, to: &value)
            case .lineFeed, .carriageReturn:
                advanceOverLineEnd()
                value.append(.lineFeed)
            default:
                value.append(byte)
                offset += 1
            }
        }
        (offset, line) = opening
        throw ScanError(reason: "the value of \(name) has no closing quote")
    }

    /// Appends what the character after a backslash means; a backslash before any other character stays.
    private mutating func appendEscape(_ quote: UInt8, to value: inout [UInt8]) {
        guard let byte = current else { return value.append(.backslash) }
        let meaning: UInt8? =
            switch byte {
            case .backslash, UInt8(ascii: "'"): byte
            case _ where quote == UInt8(ascii: "'"): nil
            case UInt8(ascii: "\""): byte
            case UInt8(ascii: "n"): .lineFeed
            case UInt8(ascii: "r"): .carriageReturn
            case UInt8(ascii: "t"): .tab
            case UInt8(ascii: "a"): 0x07
            case UInt8(ascii: "b"): 0x08
            case UInt8(ascii: "f"): 0x0C
            case UInt8(ascii: "v"): 0x0B
            default: nil
            }
        guard let meaning else { return value.append(.backslash) }
        value.append(meaning)
        offset += 1
    }

    private mutating func word() -> String {
        let start = offset
        while let byte = current, !isAtLineEnd, byte != .space, byte != .tab, byte != UInt8(ascii: "=") { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private func isName(_ word: String) -> Bool {
        guard let first = word.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    }

    mutating func skipRestOfLine() {
        while !isAtLineEnd { offset += 1 }
        advanceOverLineEnd()
    }

    private mutating func skipBlanks() {
        while current == .space || current == .tab { offset += 1 }
    }

    private mutating func advanceOverLineEnd() {
        guard let byte = current else { return }
        offset += 1
        if byte == .carriageReturn, current == .lineFeed { offset += 1 }
        line += 1
    }
}

extension UInt8 {
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let backslash = UInt8(ascii: "\\")
}
