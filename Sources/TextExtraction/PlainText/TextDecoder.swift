import Foundation

/// Makes UTF-8 of text in other encodings, block by block.
///
/// Files do not say in which encoding they are. A mark at the beginning decides; without one the text is ASCII until
/// the first block with other bytes, which is long enough to tell (``TextEncoding``).
struct TextDecoder {
    private enum State {
        case beginning
        /// Nothing but ASCII so far.
        case undecided
        case utf8
        case utf16(UTF16Decoder)
        case legacy(String.Encoding)
    }

    private var state = State.beginning
    /// The beginning of a character or line whose rest is in the next block.
    private var rest: [UInt8] = []
    private var lines = LineEnds()

    /// - Returns: UTF-8; bytes that mean nothing may remain, and are replaced where strings are made.
    /// - Throws: ``ExtractionFailure`` where this is no text.
    mutating func decode(_ block: [UInt8], isLast: Bool) throws(ExtractionFailure) -> [UInt8] {
        lines.normalized(try decodedBytes(block, isLast: isLast), isLast: isLast)
    }

    private mutating func decodedBytes(_ block: [UInt8], isLast: Bool) throws(ExtractionFailure) -> [UInt8] {
        switch state {
        case .beginning:
            if block.isEmpty { return [] }
            return try begin(block, isLast: isLast)
        case .undecided:
            let isASCII = block.allSatisfy { $0 < 0x80 }
            if isASCII { return block }
            state = TextEncoding.encoding(of: block).map { .legacy($0) } ?? .utf8
            return try decodedBytes(block, isLast: isLast)
        case .utf8: return block
        case .utf16(var decoder):
            let bytes = decoder.decode(block, isLast: isLast)
            state = .utf16(decoder)
            return bytes
        case .legacy(let encoding): return legacyBytes(block, encoding, isLast: isLast)
        }
    }

    private mutating func begin(_ block: [UInt8], isLast: Bool) throws(ExtractionFailure) -> [UInt8] {
        if block.starts(with: [0xFF, 0xFE]) || block.starts(with: [0xFE, 0xFF]) {
            state = .utf16(UTF16Decoder(isLittleEndian: block[0] == 0xFF))
            return try decodedBytes(Array(block.dropFirst(2)), isLast: isLast)
        }
        try Self.checkIsText(block)
        if block.starts(with: [0xEF, 0xBB, 0xBF]) {
            state = .utf8
            return Array(block.dropFirst(3))
        }
        state = .undecided
        return try decodedBytes(block, isLast: isLast)
    }

    /// Text has no zero bytes and few control characters.
    private static func checkIsText(_ block: [UInt8]) throws(ExtractionFailure) {
        var controls = 0
        for byte in block where byte < 0x20 {
            if byte == 0 {
                throw ExtractionFailure(
                    .invalidFile,
                    "The file is no text: it has zero bytes. Save UTF-16 text with a byte order mark, or as UTF-8."
                )
            }
            // Tab, line feed, form feed, carriage return, escape.
            if byte != 9, byte != 10, byte != 12, byte != 13, byte != 27 { controls += 1 }
        }
        guard controls * 20 <= block.count else {
            throw ExtractionFailure(.invalidFile, "The file is no text: many of its bytes are control characters.")
        }
    }

    /// Cut where no character of several bytes can be: their second bytes are 0x30 or more in all encodings that are
    /// known here.
    private mutating func legacyBytes(_ block: [UInt8], _ encoding: String.Encoding, isLast: Bool) -> [UInt8] {
        let bytes = rest + block
        let cut = isLast ? bytes.count : (bytes.lastIndex { $0 < 0x30 }.map { $0 + 1 } ?? bytes.count)
        rest = Array(bytes[cut...])
        return TextEncoding.utf8(bytes[..<cut], from: encoding)
    }
}

/// UTF-16 in either order, in blocks that may cut a character.
struct UTF16Decoder {
    let isLittleEndian: Bool
    private var rest: [UInt8] = []

    init(isLittleEndian: Bool) { self.isLittleEndian = isLittleEndian }

    mutating func decode(_ block: [UInt8], isLast: Bool) -> [UInt8] {
        let bytes = rest + block
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            let (low, high) = isLittleEndian ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        var taken = units.count * 2
        // The first half of a pair waits for the second one.
        if !isLast, let last = units.last, last & 0xFC00 == 0xD800 {
            units.removeLast()
            taken -= 2
        }
        rest = isLast ? [] : Array(bytes[taken...])
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}

/// Makes every end of a line a line feed.
struct LineEnds {
    private var endsWithReturn = false

    mutating func normalized(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        guard endsWithReturn || bytes.contains(carriageReturn) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 1)
        for byte in bytes {
            if endsWithReturn { result.append(lineFeed) }
            if byte != carriageReturn, !(byte == lineFeed && endsWithReturn) { result.append(byte) }
            endsWithReturn = byte == carriageReturn
        }
        if isLast, endsWithReturn { result.append(lineFeed) }
        return result
    }
}
