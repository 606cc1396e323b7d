/// Writes JSON into bytes, members in the order in which they are given, nulls included.
///
/// Foundation's encoder leaves out nil, scrambles the order of members and costs some twenty times as much.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(reservingCapacity capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// Forgets what was written, and keeps the room for it.
    package mutating func restart() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Hands out what was written. What is written then goes on behind it.
    package mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Structure

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's name, which must be ASCII without anything that JSON escapes.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name of any content.
    package mutating func key(_ name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    package mutating func null() { raw("null") }

    package mutating func value(_ value: Bool) { raw(value ? "true" : "false") }

    package mutating func value(_ value: Int) {
        separate()
        appendDecimal(value)
        needsComma = true
    }

    /// Writes a number with a decimal point (`1.0`), as the Assistants API does. It must be finite.
    package mutating func value(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }

    package mutating func value(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(value)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): self.value(value)
        case .integer(let value): self.value(value)
        case .number(let value): self.value(value)
        case .string(let value): self.value(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    package mutating func value(_ value: some JSONWritable) { value.write(to: &self) }

    /// Writes a value that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    package mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        append(json)
        needsComma = true
    }

    /// Writes a string whose content is escaped already.
    package mutating func rawString(_ escaped: some Collection<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(escaped)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    // MARK: Members

    package mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: Int?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, _ value: Double?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ value: (some JSONWritable)?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }

    package mutating func member(_ name: StaticString, _ values: [some JSONWritable]) {
        key(name)
        beginArray()
        for value in values { self.value(value) }
        endArray()
    }

    package mutating func member(_ name: StaticString, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { self.value(value) }
        endArray()
    }

    package mutating func member(_ name: StaticString, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    /// Writes a member whose value is JSON already.
    package mutating func member(_ name: StaticString, raw json: String) {
        key(name)
        raw(json)
    }

    // MARK: Between values

    /// Writes what stands between the values of a stream and is no JSON itself.
    package mutating func between(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = false
    }

    package mutating func between(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        needsComma = false
    }

    // MARK: Bytes

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// The bytes of a part of a string are copied one by one otherwise.
    private mutating func append(_ more: some Collection<UInt8>) {
        if more.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
            bytes.append(contentsOf: more)
        }
    }

    private mutating func appendDecimal(_ value: Int) {
        if value < 0 || value > 9 {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
                var rest = value.magnitude
                var start = 20
                while rest > 0 {
                    start -= 1
                    digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                if value < 0 { bytes.append(UInt8(ascii: "-")) }
                bytes.append(contentsOf: digits[start...])
            }
        } else {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
        }
    }

    private mutating func appendEscaped(_ text: String) {
        var copy = text
        copy.withUTF8 { utf8 in
            let raw = UnsafeRawBufferPointer(utf8)
            var clean = 0
            var index = 0
            while index < raw.count {
                // Most text has nothing to escape: eight bytes are looked at together, or twice as many.
                if index + 16 <= raw.count, Self.isClean(raw, at: index) {
                    index += 16
                    continue
                }
                if index + 8 <= raw.count {
                    let marks = Self.marksOfEscapes(in: Self.eight(of: raw, at: index))
                    guard marks != 0 else {
                        index += 8
                        continue
                    }
                    index += marks.trailingZeroBitCount / 8
                } else if Self.marksOfEscapes(in: UInt64(raw[index]) | 0x2020_2020_2020_2000) == 0 {
                    index += 1
                    continue
                }
                append(utf8[clean..<index])
                appendEscape(of: raw[index])
                index += 1
                clean = index
            }
            append(utf8[clean...])
        }
    }

    private static func isClean(_ raw: UnsafeRawBufferPointer, at index: Int) -> Bool {
        marksOfEscapes(in: eight(of: raw, at: index)) | marksOfEscapes(in: eight(of: raw, at: index + 8)) == 0
    }

    private static func eight(of raw: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Has the highest bit of each byte set that is a control character, a quote or a backslash. Above the lowest one there may be
    /// others by mistake.
    private static func marksOfEscapes(in eight: UInt64) -> UInt64 {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        func hasZero(_ value: UInt64) -> UInt64 { (value &- ones) & ~value & highs }
        let controls = (eight &- ones &* 0x20) & ~eight & highs
        return controls | hasZero(eight ^ (ones &* 0x22)) | hasZero(eight ^ (ones &* 0x5C))
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        default:
            let hex: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            bytes.append(hex.utf8Start[Int(byte >> 4)])
            bytes.append(hex.utf8Start[Int(byte & 15)])
        }
    }
}

/// A thing that has one JSON form.
package protocol JSONWritable {
    func write(to writer: inout JSONWriter)
}

extension JSONWritable {
    /// The value's JSON text, as bytes.
    package var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    package var jsonText: String { String(decoding: jsonBytes, as: UTF8.self) }
}

extension JSONValue: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.value(self) }
}
