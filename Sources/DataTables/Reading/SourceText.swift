import Foundation

/// Brings the bytes of a source into UTF-8 without a byte order mark.
enum SourceText {
    /// Lends the text of `bytes` as UTF-8. Text that is UTF-8 already is lent as it stands; UTF-16 with a byte order mark
    /// and CP949 (which EUC-KR is a part of) are converted in memory.
    static func withUTF8<Value>(
        of bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[3...])
            guard isUTF8(rest) else { throw DataLoadError.unknownEncoding }
            return try body(rest)
        }
        let encoding: String
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            encoding = "UTF-16"
        } else if isUTF8(bytes) {
            return try body(bytes)
        } else {
            encoding = "CP949"
        }
        guard bytes.count <= largestConversion, let converted = convert(bytes, from: encoding) else {
            throw DataLoadError.unknownEncoding
        }
        return try converted.withUnsafeBytes(body)
    }

    /// Text in other encodings is converted as a whole, so there is a bound to it, in bytes.
    private static let largestConversion = 256 << 20

    /// Whether the bytes are UTF-8 throughout. ASCII is stepped over eight bytes at a time.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let count = bytes.count
        while index < count {
            if index &+ 8 <= count {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if word & 0x8080_8080_8080_8080 == 0 {
                    index &+= 8
                    continue
                }
            }
            let lead = bytes[index]
            if lead < 0x80 {
                index &+= 1
                continue
            }
            guard let length = sequenceLength(lead, second: index + 1 < count ? bytes[index + 1] : 0),
                index + length <= count
            else { return false }
            for offset in 1..<length where bytes[index + offset] & 0xC0 != 0x80 { return false }
            index &+= length
        }
        return true
    }

    /// The length of the sequence that two bytes begin; nil when none begins so (overlong, surrogate, out of range).
    private static func sequenceLength(_ lead: UInt8, second: UInt8) -> Int? {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0: second >= 0xA0 ? 3 : nil
        case 0xED: second < 0xA0 ? 3 : nil
        case 0xE1...0xEF: 3
        case 0xF0: second >= 0x90 ? 4 : nil
        case 0xF1...0xF3: 4
        case 0xF4: second < 0x90 ? 4 : nil
        default: nil
        }
    }

    private static func convert(_ bytes: UnsafeRawBufferPointer, from encoding: String) -> [UInt8]? {
        guard let converter = iconv_open("UTF-8", encoding), converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var input = UnsafeMutablePointer<CChar>(mutating: bytes.bindMemory(to: CChar.self).baseAddress)
        var inputLeft = bytes.count
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 3 / 2)
        var chunk = [CChar](repeating: 0, count: 1 << 16)
        while inputLeft > 0 {
            var written = 0
            let result = chunk.withUnsafeMutableBufferPointer { buffer in
                var output = buffer.baseAddress
                var outputLeft = buffer.count
                let result = iconv(converter, &input, &inputLeft, &output, &outputLeft)
                written = buffer.count - outputLeft
                return result
            }
            text.append(contentsOf: chunk[..<written].lazy.map { UInt8(bitPattern: $0) })
            if result == Int(bitPattern: UInt.max).magnitude, errno != E2BIG { return nil }
        }
        return text
    }
}
