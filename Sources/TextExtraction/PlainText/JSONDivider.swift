import Retrieval

/// Pieces of many whole lines of JSON, in which characters stand for themselves: many programs write all but ASCII as `\uXXXX`,
/// which nobody looks for.
struct JSONDivider: TextDividing {
    private var lines = LineDivider()

    mutating func divide(_ bytes: [UInt8], isLast: Bool) -> [TextPiece] {
        lines.divide(bytes, isLast: isLast).map { piece in
            var piece = piece
            piece.text = Self.unescaped(piece.text)
            return piece
        }
    }

    /// Escapes of ASCII stay as they are: without them the text would not be JSON any more.
    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                plain.append(bytes[index])
                index += 1
                continue
            }
            if let (scalar, end) = escapedScalar(in: bytes, at: index), scalar.value >= 0x80 {
                plain.append(contentsOf: String(scalar).utf8)
                index = end
            } else {
                // Two bytes, as the second may be a backslash too.
                plain.append(contentsOf: bytes[index..<min(index + 2, bytes.count)])
                index += 2
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The character that `\uXXXX` stands for, or two of them that are a pair, and where it ends.
    private static func escapedScalar(in bytes: [UInt8], at index: Int) -> (Unicode.Scalar, end: Int)? {
        guard let first = unit(in: bytes, at: index) else { return nil }
        if 0xD800..<0xDC00 ~= first, let second = unit(in: bytes, at: index + 6), 0xDC00..<0xE000 ~= second {
            let value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            return Unicode.Scalar(value).map { ($0, index + 12) }
        }
        return Unicode.Scalar(first).map { ($0, index + 6) }
    }

    private static func unit(in bytes: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        let digits = bytes[(index + 2)..<(index + 6)]
        // A sign is none, though it would be taken for one.
        guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
