import Foundation

/// Walks over JSON bytes in place and allocates nothing but the strings that are asked for.
///
/// It is what the tree (`JSONValue`) is built with, and what the hot paths use directly: of a streamed chunk of some
/// 250 bytes only one string is needed. Foundation's decoder costs 20 to 60 µs for such a chunk, this under one.
/// The bytes must outlive the cursor; use it inside `withUnsafeBytes` only.
package struct JSONCursor {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var offset: Int

    /// Deeper nesting is refused, so that hostile input cannot exhaust the stack.
    private static let maximumDepth = 256

    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        offset = 0
    }

    /// What kind of value begins at the cursor.
    package enum Kind { case object, array, string, number, bool, null }

    package mutating func kind() throws(JSONParsingError) -> Kind {
        skipWhitespace()
        guard offset < bytes.count else { throw fail("unexpected end") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw fail("expecting value")
        }
    }

    /// Calls `body` for each member of the object at the cursor. `body` must read or skip the member's value.
    package mutating func forEachMember(
        _ body: (Key, inout JSONCursor) throws(JSONParsingError) -> Void
    ) throws(JSONParsingError) {
        try expect(UInt8(ascii: "{"))
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            skipWhitespace()
            let key = try rawString()
            skipWhitespace()
            try expect(UInt8(ascii: ":"))
            try body(Key(bytes: UnsafeRawBufferPointer(rebasing: bytes[key])), &self)
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "}"), or: "expecting ',' or '}'")
            return
        }
    }

    /// Calls `body` for each element of the array at the cursor. `body` must read or skip the element.
    package mutating func forEachElement(
        _ body: (inout JSONCursor) throws(JSONParsingError) -> Void
    ) throws(JSONParsingError) {
        try expect(UInt8(ascii: "["))
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            skipWhitespace()
            try body(&self)
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"), or: "expecting ',' or ']'")
            return
        }
    }

    /// Reads a string, or nothing when the value is null.
    package mutating func optionalString() throws(JSONParsingError) -> String? {
        if try kind() == .string { return try string() }
        try skipValue()
        return nil
    }

    package mutating func string() throws(JSONParsingError) -> String {
        skipWhitespace()
        let range = try rawString()
        return try JSONString.decode(UnsafeRawBufferPointer(rebasing: bytes[range]), at: range.lowerBound)
    }

    /// Reads a number: an `Int` where it is written as one and fits, else a `Double`.
    package mutating func number() throws(JSONParsingError) -> JSONValue {
        skipWhitespace()
        if let small = smallInteger() { return .integer(small) }
        let start = offset
        var isInteger = true
        take(UInt8(ascii: "-"))
        let firstDigit = offset
        takeDigits()
        guard offset > firstDigit else { throw fail("expecting digits") }
        if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
            throw JSONParsingError(offset: firstDigit, reason: "a number must not begin with 0")
        }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            let fraction = offset
            takeDigits()
            guard offset > fraction else { throw fail("expecting digits") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { take(UInt8(ascii: "-")) }
            let exponent = offset
            takeDigits()
            guard offset > exponent else { throw fail("expecting digits") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw JSONParsingError(offset: start, reason: "the number is out of range")
        }
        return .number(value)
    }

    /// Reads an integer, or nothing when the value is of another kind.
    package mutating func optionalInteger() throws(JSONParsingError) -> Int? {
        if try kind() == .number { return try number().intValue }
        try skipValue()
        return nil
    }

    package mutating func bool() throws(JSONParsingError) -> Bool {
        if try takeWord("true") { return true }
        if try takeWord("false") { return false }
        throw fail("expecting value")
    }

    /// Steps over a value of any kind, checking its form but not its strings' encoding.
    package mutating func skipValue() throws(JSONParsingError) { try skipValue(depth: 0) }

    /// Steps over a value of any kind and returns its bytes as they stand in the text.
    package mutating func rawValue() throws(JSONParsingError) -> UnsafeRawBufferPointer {
        skipWhitespace()
        let start = offset
        try skipValue(depth: 0)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    private mutating func skipValue(depth: Int) throws(JSONParsingError) {
        guard depth < Self.maximumDepth else { throw fail("nested too deeply") }
        switch try kind() {
        case .object: try skipObject(depth: depth)
        case .array: try skipArray(depth: depth)
        case .string: _ = try rawString()
        case .number: try skipNumber()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    // Without closures: most of what a hot path meets it steps over.

    private mutating func skipObject(depth: Int) throws(JSONParsingError) {
        try expect(UInt8(ascii: "{"))
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            skipWhitespace()
            _ = try rawString()
            skipWhitespace()
            try expect(UInt8(ascii: ":"))
            try skipValue(depth: depth + 1)
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "}"), or: "expecting ',' or '}'")
            return
        }
    }

    private mutating func skipArray(depth: Int) throws(JSONParsingError) {
        try expect(UInt8(ascii: "["))
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            try skipValue(depth: depth + 1)
            skipWhitespace()
            if take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"), or: "expecting ',' or ']'")
            return
        }
    }

    /// Reads the value at the cursor as a tree.
    package mutating func value() throws(JSONParsingError) -> JSONValue { try value(depth: 0) }

    private mutating func value(depth: Int) throws(JSONParsingError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw fail("nested too deeply") }
        switch try kind() {
        case .object:
            var members: [(key: String, value: JSONValue)] = []
            try forEachMember { (key, cursor) throws(JSONParsingError) in
                members.append((try key.string(), try cursor.value(depth: depth + 1)))
            }
            return .object(JSONObject(parsed: members))
        case .array:
            var elements: [JSONValue] = []
            try forEachElement { (cursor) throws(JSONParsingError) in
                elements.append(try cursor.value(depth: depth + 1))
            }
            return .array(elements)
        case .string: return .string(try string())
        case .number: return try number()
        case .bool: return .bool(try bool())
        case .null:
            try null()
            return .null
        }
    }

    /// Fails unless only white space is left.
    package mutating func end() throws(JSONParsingError) {
        skipWhitespace()
        guard offset == bytes.count else { throw fail("extra data") }
    }

    /// A member's name as it stands in the text.
    package struct Key {
        /// The name's bytes as they stand between the quotes.
        package let bytes: UnsafeRawBufferPointer

        /// Whether the name is `name`, which must be ASCII without anything that JSON escapes.
        package static func ~= (name: StaticString, key: Key) -> Bool {
            guard key.bytes.count == name.utf8CodeUnitCount, let start = key.bytes.baseAddress else { return false }
            return memcmp(start, name.utf8Start, name.utf8CodeUnitCount) == 0
        }

        package func string() throws(JSONParsingError) -> String { try JSONString.decode(bytes, at: 0) }
    }
}

extension JSONCursor {
    private mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    @discardableResult
    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func takeDigits() {
        while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    }

    /// Reads a natural number of few digits, as most are; steps back from anything else.
    private mutating func smallInteger() -> Int? {
        let start = offset
        var value = 0
        while offset < bytes.count, offset - start < 18 {
            let digit = bytes[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value * 10 + Int(digit)
            offset += 1
        }
        let count = offset - start
        let next = offset < bytes.count ? bytes[offset] : UInt8(ascii: ",")
        let isPlain = next == UInt8(ascii: ",") || next == UInt8(ascii: "}") || next == UInt8(ascii: "]")
        guard isPlain, count == 1 || (count > 1 && count < 18 && bytes[start] != UInt8(ascii: "0")) else {
            offset = start
            return nil
        }
        return value
    }

    private mutating func skipNumber() throws(JSONParsingError) {
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                offset += 1
            default: return
            }
        }
        if offset == start { throw fail("expecting digits") }
    }

    private mutating func takeWord(_ word: StaticString) throws(JSONParsingError) -> Bool {
        skipWhitespace()
        let count = word.utf8CodeUnitCount
        guard offset + count <= bytes.count else { return false }
        for index in 0..<count where bytes[offset + index] != word.utf8Start[index] { return false }
        offset += count
        return true
    }

    private mutating func null() throws(JSONParsingError) {
        guard try takeWord("null") else { throw fail("expecting value") }
    }

    private mutating func expect(_ byte: UInt8, or reason: String? = nil) throws(JSONParsingError) {
        guard take(byte) else {
            throw fail(reason ?? "expecting '\(Character(UnicodeScalar(byte)))'")
        }
    }

    private func fail(_ reason: String) -> JSONParsingError { JSONParsingError(offset: offset, reason: reason) }

    /// Steps over a string and returns the range between its quotes.
    private mutating func rawString() throws(JSONParsingError) -> Range<Int> {
        guard take(UInt8(ascii: "\"")) else { throw fail("expecting a string in double quotes") }
        let start = offset
        var index = start
        while true {
            index = plainEnd(from: index)
            guard index < bytes.count else { break }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                offset = index + 1
                return start..<index
            case UInt8(ascii: "\\"): index += 2
            default:
                offset = index
                throw fail("control character in a string")
            }
        }
        throw JSONParsingError(offset: start - 1, reason: "unterminated string")
    }

    /// The offset of the first byte at or after `start` that ends a run of plain text: a quote, a backslash or a control
    /// character. Looks at eight bytes at a time.
    private func plainEnd(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // The lowest bit that is set is exact; those above it may be wrong through the borrow.
            let found =
                (((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                    | ((word &- (ones &* 0x20)) & ~word))
                & highBits
            if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
            index &+= 1
        }
        return index
    }
}

extension JSONValue {
    /// Reads one JSON text as a tree.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONParsingError) {
        var cursor = JSONCursor(bytes)
        self = try cursor.value()
        try cursor.end()
    }

    package init(parsing text: String) throws(JSONParsingError) {
        var copy = text
        let result = copy.withUTF8 { bytes in
            Result { () throws(JSONParsingError) in try JSONValue(parsing: UnsafeRawBufferPointer(bytes)) }
        }
        self = try result.get()
    }
}
