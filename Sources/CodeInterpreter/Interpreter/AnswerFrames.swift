import AssistantsAPI

/// What an interpreter sends, as it comes. It may be in the hands of the code that it runs: whatever is not exactly the
/// one answer that is due ends the session.
struct AnswerFrames {
    struct Malformed: Error {}

    private var buffer: [UInt8] = []

    /// In bytes: all of a cell's logs with each byte escaped, and the names of its files.
    private static let longest = 4 << 20

    mutating func add(_ bytes: [UInt8]) { buffer += bytes }

    /// Bytes that nobody has asked for yet.
    var isEmpty: Bool { buffer.isEmpty }

    /// The answer to a call; nil where more must come first.
    mutating func next(_ call: CallName) throws(Malformed) -> JSONValue? {
        let head = 4 + CallName.size
        guard buffer.count >= head else { return nil }
        let length = buffer[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longest, Array(buffer[4..<head]) == call.bytes else { throw Malformed() }
        guard buffer.count >= head + length else { return nil }
        defer { buffer.removeFirst(head + length) }
        let value = buffer[head..<(head + length)].withUnsafeBytes { try? JSONValue(parsing: $0) }
        guard let value, value.objectValue != nil else { throw Malformed() }
        return value
    }

    /// Bytes of the file that follows an answer.
    mutating func take(atMost count: Int) -> [UInt8] {
        defer { buffer.removeFirst(min(count, buffer.count)) }
        return Array(buffer.prefix(count))
    }
}
