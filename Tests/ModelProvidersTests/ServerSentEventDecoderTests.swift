import ModelProviders
import Testing

@Suite struct ServerSentEventDecoderTests {
    /// Events as `name|data`.
    private func decode(_ chunks: [[UInt8]]) throws -> [String] {
        var decoder = ServerSentEventDecoder()
        var events: [String] = []
        let receive = { (event: ServerSentEvent) throws(CallFailure) in
            events.append(
                String(decoding: event.name, as: UTF8.self) + "|" + String(decoding: event.data, as: UTF8.self)
            )
        }
        for chunk in chunks { try chunk.withUnsafeBytes { try decoder.decode($0, receive: receive) } }
        try decoder.finish(receive: receive)
        return events
    }

    private func decode(_ text: String) throws -> [String] { try decode([Array(text.utf8)]) }

    @Test("Lines end with LF, CR or CRLF", arguments: ["\n", "\r", "\r\n"])
    func lineEnds(_ end: String) throws {
        let stream = ["event: a", "data: 1", "", "data: 2", ""].joined(separator: end) + end

        #expect(try decode(stream) == ["a|1", "|2"])
    }

    @Test("The space after the colon is optional, comments and other fields are nothing")
    func fields() throws {
        #expect(try decode(": hello\ndata:x\nid: 7\nretry: 1\nnonsense\n\n:\n\n") == ["|x"])
        #expect(try decode("data:  x\n\n") == ["| x"])
        #expect(try decode("database: x\n\n") == [])
    }

    @Test("Several data lines are one event of several lines, an empty one included")
    func dataLines() throws {
        #expect(try decode("data: a\ndata\ndata: b\n\n") == ["|a\n\nb"])
    }

    @Test("A name without data is no event, and names the next one no more")
    func nameAlone() throws {
        #expect(try decode("event: a\n\ndata: x\n\n") == ["|x"])
    }

    @Test("A last event without its blank line, or its line end, counts")
    func unendedEvent() throws {
        #expect(try decode("data: a\n") == ["|a"])
        #expect(try decode("data: a\r") == ["|a"])
        #expect(try decode("data: a") == ["|a"])
        #expect(try decode("") == [])
    }

    @Test("A byte order mark before the stream is skipped")
    func byteOrderMark() throws {
        #expect(try decode("\u{FEFF}data: a\n\n") == ["|a"])
    }

    @Test("Chunks may be cut anywhere", arguments: ["\n", "\r", "\r\n"])
    func everySplit(_ end: String) throws {
        let lines = [
            "event: message", "data: {\"안녕\":1}", "", ": c", "data: a", "data: b", "", "event: e", "data: 😀", "",
        ]
        let bytes = Array((lines.joined(separator: end) + end).utf8)
        let expected = ["message|{\"안녕\":1}", "|a\nb", "e|😀"]

        for first in 0...bytes.count {
            for second in stride(from: first, through: bytes.count, by: 3) {
                let chunks = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(try decode(chunks) == expected, "cut at \(first) and \(second)")
            }
        }
        #expect(try decode(bytes.map { [$0] }) == expected)
    }

    @Test("A line without an end is refused before it fills the memory")
    func endlessLine() throws {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let failure = #expect(throws: CallFailure.self) {
            try decode([Array("data: ".utf8)] + Array(repeating: piece, count: 17))
        }
        #expect(failure?.error.kind == .broken)
    }

    @Test("An event without an end is refused before it fills the memory")
    func endlessEvent() throws {
        let line = Array(("data: " + String(repeating: "x", count: 1 << 20) + "\n").utf8)
        let failure = #expect(throws: CallFailure.self) { try decode(Array(repeating: line, count: 17)) }
        #expect(failure?.error.kind == .broken)
    }
}
