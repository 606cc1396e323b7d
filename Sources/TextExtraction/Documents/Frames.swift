/// What the reader of documents writes, as it comes: a letter, four bytes of length, and a text.
///
/// It may be in the hands of whoever made the document. All it can say is texts of that one document.
package struct Frames {
    package enum Frame: Equatable {
        case page(Int)
        /// Of the table that the following texts are rows of; nil where there is none.
        case tableHeader(String?)
        case text(String)
        case failed(ExtractionFailure)
        case done
    }

    /// What comes is no frame.
    package struct Malformed: Error {}

    private var buffer: [UInt8] = []
    private var position = 0

    /// In bytes.
    private static let longest = 64 * 1024

    package init() {}

    package mutating func add(_ bytes: [UInt8]) {
        buffer.removeFirst(position)
        position = 0
        buffer += bytes
    }

    /// The next one; nil where more must come first.
    package mutating func next() throws(Malformed) -> Frame? {
        guard buffer.count - position >= 5 else { return nil }
        let length = buffer[(position + 1)..<(position + 5)].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longest else { throw Malformed() }
        guard buffer.count - position >= 5 + length else { return nil }
        let text = String(decoding: buffer[(position + 5)..<(position + 5 + length)], as: UTF8.self)
        let letter = buffer[position]
        position += 5 + length
        return try Self.frame(letter, text)
    }

    private static func frame(_ letter: UInt8, _ text: String) throws(Malformed) -> Frame {
        switch letter {
        case UInt8(ascii: "P"):
            guard let page = Int(text), page > 0 else { throw Malformed() }
            return .page(page)
        case UInt8(ascii: "H"): return .tableHeader(text.isEmpty ? nil : text)
        case UInt8(ascii: "T"): return .text(text)
        case UInt8(ascii: "F"): return .failed(try failure(text))
        case UInt8(ascii: "D"): return .done
        default: throw Malformed()
        }
    }

    private static func failure(_ text: String) throws(Malformed) -> ExtractionFailure {
        let parts = text.split(separator: "\n", maxSplits: 1)
        guard parts.count == 2, let code = ExtractionFailure.Code(rawValue: String(parts[0])) else { throw Malformed() }
        let message = parts[1].prefix(500).filter { !$0.isNewline && $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
        return ExtractionFailure(code, message)
    }
}
