import Foundation

/// How a JSON string is turned into text.
enum JSONString {
    /// The text that stands between the quotes, or the place of what is wrong in it; `offset` is where it begins.
    static func decode(_ raw: UnsafeRawBufferPointer, at offset: Int) throws(JSONParsingError) -> String {
        if raw.isEmpty { return "" }
        if let start = raw.baseAddress, memchr(start, Int32(UInt8(ascii: "\\")), raw.count) == nil {
            return try text(raw.assumingMemoryBound(to: UInt8.self), at: offset)
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            guard raw[index] == UInt8(ascii: "\\") else {
                plain.append(raw[index])
                index += 1
                continue
            }
            guard index + 1 < raw.count else {
                throw JSONParsingError(offset: offset + index, reason: "invalid escape")
            }
            switch raw[index + 1] {
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "r"): plain.append(0x0D)
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0C)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(raw[index + 1])
            case UInt8(ascii: "u"):
                index = try decodeUnicodeEscape(raw, at: index, base: offset, into: &plain)
                continue
            default: throw JSONParsingError(offset: offset + index, reason: "invalid escape")
            }
            index += 2
        }
        return try plain.withUnsafeBufferPointer { (bytes) throws(JSONParsingError) in try text(bytes, at: offset) }
    }

    /// The same for a string that is known to be well-formed; nil when it is not.
    static func decode(_ escaped: Substring.UTF8View) -> String? {
        let text = escaped.withContiguousStorageIfAvailable { try? decode(UnsafeRawBufferPointer($0), at: 0) }
        return text ?? nil
    }

    private static func text(
        _ bytes: UnsafeBufferPointer<UInt8>,
        at offset: Int
    ) throws(JSONParsingError) -> String {
        do {
            // Not `String(validating:as:)`, which is generic and looks its types up at every call.
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            throw JSONParsingError(offset: offset, reason: "invalid UTF-8")
        }
    }

    /// Decodes `\uXXXX`, or a surrogate pair of two; half a pair becomes U+FFFD, as no UTF-8 text can hold it.
    private static func decodeUnicodeEscape(
        _ raw: UnsafeRawBufferPointer,
        at index: Int,
        base: Int,
        into plain: inout [UInt8]
    ) throws(JSONParsingError) -> Int {
        guard let first = hex4(raw, at: index + 2) else {
            throw JSONParsingError(offset: base + index, reason: "invalid \\u escape")
        }
        var next = index + 6
        var scalar = UnicodeScalar(first)
        if 0xD800..<0xDC00 ~= first, next + 1 < raw.count, raw[next] == UInt8(ascii: "\\"),
            raw[next + 1] == UInt8(ascii: "u"), let second = hex4(raw, at: next + 2), 0xDC00..<0xE000 ~= second
        {
            scalar = UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            next += 6
        }
        if let encoded = UTF8.encode(scalar ?? "\u{FFFD}") { plain.append(contentsOf: encoded) }
        return next
    }

    private static func hex4(_ raw: UnsafeRawBufferPointer, at start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        var value: UInt32 = 0
        for byte in raw[start..<(start + 4)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
