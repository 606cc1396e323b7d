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

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Structure

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's name, which must be ASCII without anything that JSON escapes.
    package mutating func key(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        placeValue(count + 3) { place in
            place.put(UInt8(ascii: "\""))
            place.put(UnsafeBufferPointer(start: name.utf8Start, count: count))
            place.put(UInt8(ascii: "\""))
            place.put(UInt8(ascii: ":"))
        }
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
        placeValue(20) { $0.put(decimal: value) }
        needsComma = true
    }

    /// Writes a number with a decimal point (`1.0`), as the Assistants API does. It must be finite.
    package mutating func value(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }

    package mutating func value(_ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            let beginning = UnsafeBufferPointer(rebasing: utf8.prefix(Self.longestPiece))
            var clean = 0
            placeValue(beginning.count + 2) { place in
                place.put(UInt8(ascii: "\""))
                clean = place.putClean(beginning)
                if clean == utf8.count { place.put(UInt8(ascii: "\"")) }
            }
            if clean < utf8.count {
                appendEscaped(UnsafeBufferPointer(rebasing: utf8[clean...]))
                bytes.append(UInt8(ascii: "\""))
            }
        }
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

    /// Bytes of a text that are put together on the stack, which takes a kilobyte at most.
    private static let longestPiece = 1000

    /// Appends up to `capacity` bytes, which `body` puts together, with one check of room for all of them.
    @inline(__always)
    private mutating func place(_ capacity: Int, _ body: (inout BytePlace) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { buffer in
            guard let start = buffer.baseAddress else { return }
            var place = BytePlace(start)
            body(&place)
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: place.next - start))
        }
    }

    /// The same behind a comma, where one is needed, which is no part of `capacity`.
    @inline(__always)
    private mutating func placeValue(_ capacity: Int, _ body: (inout BytePlace) -> Void) {
        let needsComma = needsComma
        place(capacity + 1) { place in
            if needsComma { place.put(UInt8(ascii: ",")) }
            body(&place)
        }
    }

    private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        var rest = utf8
        while let byte = rest.first {
            if BytePlace.isEscaped(byte) {
                appendEscape(of: byte)
                rest = UnsafeBufferPointer(rebasing: rest.dropFirst())
            } else {
                let piece = UnsafeBufferPointer(rebasing: rest.prefix(Self.longestPiece))
                var clean = 0
                place(piece.count) { clean = $0.putClean(piece) }
                rest = UnsafeBufferPointer(rebasing: rest[clean...])
            }
        }
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
