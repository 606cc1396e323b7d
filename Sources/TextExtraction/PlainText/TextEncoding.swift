import Foundation

/// The encodings that texts were written in before UTF-8, and how they are told apart.
enum TextEncoding {
    /// Korean: EUC-KR, and what Windows made of it.
    static let cp949 = String.Encoding(rawValue: 0x8000_0422)
    /// Simplified Chinese: GB 2312, GBK and what came after.
    static let gb18030 = String.Encoding(rawValue: 0x8000_0632)

    /// The encoding of a text with bytes beyond ASCII; nil where that is UTF-8.
    static func encoding(of block: [UInt8]) -> String.Encoding? {
        if isLikelyUTF8(block) { return nil }
        // Not in the middle of a character.
        let sample = block[..<(block.lastIndex { $0 < 0x30 } ?? block.endIndex)]
        let pairs = pairedShare(sample)
        for (encoding, isTypical) in candidates {
            guard let text = String(bytes: sample, encoding: encoding) else { continue }
            if isTypical(text, pairs) { return encoding }
        }
        return .windowsCP1252
    }

    /// A text in another encoding has hardly a character that is UTF-8; one in UTF-8 may be damaged at some places, or
    /// cut in the middle of a character.
    private static func isLikelyUTF8(_ block: [UInt8]) -> Bool {
        var (foreign, broken) = (0, 0)
        for scalar in String(decoding: block, as: UTF8.self).unicodeScalars where !scalar.isASCII {
            foreign += 1
            if scalar == "\u{FFFD}" { broken += 1 }
        }
        return broken == 0 || (broken - 1) * 20 < foreign - broken
    }

    /// Every encoding reads some texts of another without an error: what counts is whether they make sense.
    private static let candidates: [(String.Encoding, @Sendable (String, Double) -> Bool)] = [
        (cp949, { text, _ in share(text, of: 0xAC00...0xD7A3) > 0.6 }),
        (.shiftJIS, { text, _ in share(text, of: 0x3041...0x30FF) > 0.2 }),
        // In Western texts letters beyond ASCII stand alone.
        (gb18030, { text, pairs in pairs > 0.9 && share(text, of: 0x4E00...0x9FFF) > 0.6 }),
    ]

    /// Of the characters beyond ASCII, those in a range.
    private static func share(_ text: String, of range: ClosedRange<UInt32>) -> Double {
        var (foreign, matching) = (0, 0)
        for scalar in text.unicodeScalars where !scalar.isASCII {
            foreign += 1
            if range.contains(scalar.value) { matching += 1 }
        }
        return foreign == 0 ? 0 : Double(matching) / Double(foreign)
    }

    /// Of the bytes beyond ASCII, those that have another one beside them.
    private static func pairedShare(_ bytes: ArraySlice<UInt8>) -> Double {
        var (run, paired, all) = (0, 0, 0)
        for byte in bytes {
            if byte >= 0x80 {
                run += 1
                all += 1
            } else {
                if run > 1 { paired += run }
                run = 0
            }
        }
        if run > 1 { paired += run }
        return all == 0 ? 0 : Double(paired) / Double(all)
    }

    /// Where a byte means nothing only its line suffers: that one is read as the Western text which any bytes are.
    static func utf8(_ bytes: ArraySlice<UInt8>, from encoding: String.Encoding) -> [UInt8] {
        if let text = String(bytes: bytes, encoding: encoding) { return Array(text.utf8) }
        var result: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if !result.isEmpty || line.startIndex != bytes.startIndex { result.append(UInt8(ascii: "\n")) }
            let text = String(bytes: line, encoding: encoding) ?? String(bytes: line, encoding: .isoLatin1)
            result += Array((text ?? "").utf8)
        }
        return result
    }
}
