import AssistantsAPI

/// Finds the values of a dump: one JSON text after the other, as JSON Lines have them, or the elements of an array. What
/// it holds in memory does not depend on how many there are.
struct DumpScanner {
    /// A value's bytes and the line on which it begins, counted from 1.
    struct Value {
        let range: Range<Int>
        let line: Int
    }

    /// A part of the file that is no value.
    struct Fault: Error, Equatable {
        let line: Int
        let reason: String
    }

    /// Bytes of one value at most. A list of more belongs into an array or into lines.
    static let maximumLength = 64 << 20

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0
    private var line = 1
    /// Whether the scanner stands inside an array at the file's top.
    private var isInArray = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        // What some systems put before a text.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// The next value; nil at the end.
    mutating func next() throws(Fault) -> Value? {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\n"):
                line += 1
                offset += 1
            case 0x20, 0x09, 0x0D, UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "["):
                guard !isInArray else { return try value() }
                isInArray = true
                offset += 1
            case UInt8(ascii: "]"):
                isInArray = false
                offset += 1
            default: return try value()
            }
        }
        return nil
    }

    private mutating func value() throws(Fault) -> Value {
        let (start, firstLine) = (offset, line)
        let isContainer = bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[")
        guard isContainer else {
            skipLine()
            throw Fault(line: firstLine, reason: "not a JSON object")
        }
        guard let end = endOfContainer() else {
            let isLong = offset - start >= Self.maximumLength
            offset = start
            line = firstLine
            skipToNextObject()
            throw Fault(
                line: firstLine,
                reason: isLong
                    ? "longer than \(Self.maximumLength >> 20) MiB: put the objects into an array, or one on each line"
                    : "not JSON: a bracket or a quote is not closed"
            )
        }
        offset = end
        return Value(range: start..<end, line: firstLine)
    }

    /// The end of the object or array at the cursor; nil when it has none, or none near enough.
    private mutating func endOfContainer() -> Int? {
        let limit = min(bytes.count, offset + Self.maximumLength)
        var depth = 0
        var isInString = false
        while offset < limit {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isInString {
                switch byte {
                case UInt8(ascii: "\""): isInString = false
                case UInt8(ascii: "\\"): offset += 1
                // No string goes over a line's end: it was cut off.
                case UInt8(ascii: "\n"): return nil
                default: break
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return offset }
            default: break
            }
        }
        return nil
    }

    /// Goes on at the next line that begins with an object.
    private mutating func skipToNextObject() {
        repeat { skipLine() } while offset < bytes.count && bytes[offset] != UInt8(ascii: "{")
    }

    private mutating func skipLine() {
        while offset < bytes.count {
            offset += 1
            if bytes[offset - 1] == UInt8(ascii: "\n") {
                line += 1
                return
            }
        }
    }
}
