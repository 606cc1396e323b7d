import AssistantsAPI

/// Finds the code in the arguments of a call while they come, so that it can be shown as it is written.
///
/// The arguments are to be a JSON object with the code as a text in it. Models also send a JSON text alone, the code itself
/// without any JSON, the code as a list of lines, and line breaks that no JSON text has: all of that is taken.
package struct CodeArguments {
    private enum State {
        case start
        /// Within an object, before the name of a member.
        case name
        /// Behind a member's name: whether it is that of the code.
        case colon(isCode: Bool)
        case value(isCode: Bool)
        /// Within another member's value, which ends outside of texts and brackets.
        case otherValue(depth: Int, isInText: Bool, isEscaped: Bool)
        /// Within the text that is the code.
        case code
        /// A quote came that ends the code, if what follows lets it.
        case quote
        /// The arguments are the code.
        case raw
        case done
    }

    private var state = State.start
    /// What is not decided or decoded yet.
    private var held: [UInt8] = []
    /// All that came as long as no code was found in it.
    private var unread: [UInt8] = []
    private var hasCode = false

    /// Names that models give the member with the code.
    private static let names: Set = ["code", "input", "source", "python", "script"]

    package init() {}

    /// Takes more of the arguments and gives what of the code is decided.
    package mutating func read(_ text: String) -> String {
        var code: [UInt8] = []
        if !hasCode { unread += text.utf8 }
        held += text.utf8
        var place = 0
        while place < held.count, let next = step(at: place, isEnd: false, &code) { place = next }
        held.removeFirst(place)
        return taken(code)
    }

    /// The arguments are over: gives what is left of the code.
    package mutating func finish() -> String {
        var code: [UInt8] = []
        var place = 0
        while place < held.count, let next = step(at: place, isEnd: true, &code) { place = next }
        held = []
        if !hasCode, code.isEmpty { code = Array(otherForm().utf8) }
        state = .done
        return taken(code)
    }

    private mutating func taken(_ code: [UInt8]) -> String {
        guard !code.isEmpty else { return "" }
        hasCode = true
        unread = []
        return String(decoding: code, as: UTF8.self)
    }

    /// Arguments in which the code has another form or name.
    private func otherForm() -> String {
        let text = String(decoding: unread, as: UTF8.self)
        guard let value = try? JSONValue(parsing: text) else { return "" }
        let members = value.objectValue?.members ?? []
        let named = members.first { Self.names.contains($0.key) } ?? (members.count == 1 ? members[0] : nil)
        let code = named?.value ?? value
        if let text = code.stringValue { return text }
        let lines = (code.arrayValue ?? []).compactMap(\.stringValue)
        return lines.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
    }

    // MARK: Steps

    /// Takes what stands at `place` and returns the place behind it; nil when more must come.
    private mutating func step(at place: Int, isEnd: Bool, _ code: inout [UInt8]) -> Int? {
        let byte = held[place]
        switch state {
        case .start:
            if Self.isSpace(byte) { return place + 1 }
            if byte == UInt8(ascii: "\"") {
                state = .code
                return place + 1
            }
            guard byte == UInt8(ascii: "{") else {
                state = .raw
                return place
            }
            return object(from: place, isEnd: isEnd)
        case .raw:
            code += held[place...]
            return held.count
        case .name: return name(at: place)
        case .colon(let isCode):
            if byte == UInt8(ascii: ":") { state = .value(isCode: isCode) }
            return place + 1
        case .value(let isCode):
            if Self.isSpace(byte) { return place + 1 }
            if isCode, byte == UInt8(ascii: "\"") {
                state = .code
                return place + 1
            }
            state = .otherValue(depth: 0, isInText: false, isEscaped: false)
            return place
        case .otherValue(let depth, let isInText, let isEscaped):
            skip(byte, depth, isInText: isInText, isEscaped: isEscaped)
            return place + 1
        case .code: return text(from: place, isEnd: isEnd, &code)
        case .quote: return quote(from: place, isEnd: isEnd, &code)
        case .done: return held.count
        }
    }

    /// A brace begins an object, or a set or dictionary of Python.
    private mutating func object(from place: Int, isEnd: Bool) -> Int? {
        guard let next = held[(place + 1)...].firstIndex(where: { !Self.isSpace($0) }) else {
            return isEnd ? held.count : nil
        }
        if held[next] == UInt8(ascii: "\"") || held[next] == UInt8(ascii: "}") {
            state = .name
            return next
        }
        state = .raw
        return place
    }

    private mutating func name(at place: Int) -> Int? {
        guard held[place] == UInt8(ascii: "\"") else { return place + 1 }
        guard let end = held[(place + 1)...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let name = String(decoding: held[(place + 1)..<end], as: UTF8.self)
        state = .colon(isCode: Self.names.contains(name))
        return end + 1
    }

    private mutating func skip(_ byte: UInt8, _ depth: Int, isInText: Bool, isEscaped: Bool) {
        var (depth, isInText) = (depth, isInText)
        if isInText {
            if !isEscaped, byte == UInt8(ascii: "\"") { isInText = false }
            let escapes = !isEscaped && byte == UInt8(ascii: "\\")
            state = .otherValue(depth: depth, isInText: isInText, isEscaped: escapes)
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: ",") where depth == 0:
            state = .name
            return
        default: break
        }
        state = depth < 0 ? .done : .otherValue(depth: depth, isInText: isInText, isEscaped: false)
    }

    /// Plain text up to the next quote or escape.
    private mutating func text(from place: Int, isEnd: Bool, _ code: inout [UInt8]) -> Int? {
        let rest = held[place...]
        let plainEnd = rest.firstIndex { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") } ?? rest.endIndex
        if plainEnd > place {
            code += held[place..<plainEnd]
            return plainEnd
        }
        if held[place] == UInt8(ascii: "\"") {
            state = .quote
            return place + 1
        }
        return escape(from: place, isEnd: isEnd, &code)
    }

    /// A quote that is followed by anything but the end of the member is one that the model forgot to escape.
    private mutating func quote(from place: Int, isEnd: Bool, _ code: inout [UInt8]) -> Int? {
        guard let next = held[place...].firstIndex(where: { !Self.isSpace($0) }) else {
            if isEnd { state = .done }
            return isEnd ? held.count : nil
        }
        if held[next] == UInt8(ascii: "}") || held[next] == UInt8(ascii: ",") {
            state = .done
            return held.count
        }
        code.append(UInt8(ascii: "\""))
        state = .code
        return place
    }

    // MARK: Escapes

    private mutating func escape(from place: Int, isEnd: Bool, _ code: inout [UInt8]) -> Int? {
        guard place + 1 < held.count else { return isEnd ? held.count : nil }
        switch held[place + 1] {
        case UInt8(ascii: "n"): code.append(0x0A)
        case UInt8(ascii: "t"): code.append(0x09)
        case UInt8(ascii: "r"): code.append(0x0D)
        case UInt8(ascii: "b"): code.append(0x08)
        case UInt8(ascii: "f"): code.append(0x0C)
        case UInt8(ascii: "u"): return unicodeEscape(from: place, isEnd: isEnd, &code)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): code.append(held[place + 1])
        // No escape of JSON: what the model meant is one of Python.
        default: code += [UInt8(ascii: "\\"), held[place + 1]]
        }
        return place + 2
    }

    private func unicodeEscape(from place: Int, isEnd: Bool, _ code: inout [UInt8]) -> Int? {
        guard place + 6 <= held.count else { return isEnd ? held.count : nil }
        guard let first = unit(at: place + 2) else {
            code += Array("\u{FFFD}".utf8)
            return place + 6
        }
        guard UTF16.isLeadSurrogate(first) else {
            code += Array(String(decoding: [first], as: UTF16.self).utf8)
            return place + 6
        }
        // Half of a character: the other half follows as another escape.
        let rest = held[(place + 6)...]
        if rest.count < 6, !isEnd, rest.isEmpty || rest.first == UInt8(ascii: "\\") { return nil }
        guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]), rest.count >= 6,
            let second = unit(at: place + 8), UTF16.isTrailSurrogate(second)
        else {
            code += Array("\u{FFFD}".utf8)
            return place + 6
        }
        code += Array(String(decoding: [first, second], as: UTF16.self).utf8)
        return place + 12
    }

    private func unit(at place: Int) -> UInt16? {
        UInt16(String(decoding: held[place..<(place + 4)], as: UTF8.self), radix: 16)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
