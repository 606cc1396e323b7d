import AssistantsAPI
import Testing

@Suite struct JSONTests {
    @Test(
        "What was written is read again",
        arguments: [
            #"null"#, #"true"#, #"[]"#, #"{}"#, #"[1,-2,3.5,0]"#, #"{"a":{"b":[null,false,"x"]}}"#,
            #""한국어 😀 \"quoted\" \\ back""#,
        ]
    )
    func roundTrip(_ text: String) throws {
        let value = try JSONValue(parsing: text)

        #expect(value.jsonText == text)
    }

    @Test("Escapes are decoded, pairs of surrogates into one character")
    func escapes() throws {
        let value = try JSONValue(parsing: #""\u0041\n\t\u00e9\ud83d\ude00\/\b\f\r""#)

        #expect(value.stringValue == "A\n\té😀/\u{8}\u{c}\r")
    }

    @Test("What must be escaped is, wherever it stands", arguments: ["\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{B}"])
    func escapedPlaces(_ special: String) throws {
        for length in 0..<44 {
            for place in 0...length {
                // Neighbours that are nearly such: bytes above ASCII, the space, and one beside each of the others.
                let around = Array("é !#[]^\u{7F}한😀abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP".prefix(length))
                let text = String(around.prefix(place)) + special + special + String(around.dropFirst(place))

                let json = JSONValue.string(text).jsonText

                #expect(try JSONValue(parsing: json) == .string(text))
                #expect(!json.utf8.contains { $0 < 0x20 })
                #expect(json.utf8.count { $0 == UInt8(ascii: "\\") } >= 2)
            }
        }
    }

    @Test("Half a pair of surrogates becomes the replacement character")
    func loneSurrogate() throws {
        #expect(try JSONValue(parsing: #""\ud83dx""#).stringValue == "\u{FFFD}x")
    }

    @Test("Control characters survive, NUL included")
    func controls() throws {
        let text = "a\u{0}b\u{1f}c\u{7f}"

        let read = try JSONValue(parsing: JSONValue.string(text).jsonText)

        #expect(read == .string(text))
    }

    @Test("The last of equal keys wins")
    func duplicateKeys() throws {
        let value = try JSONValue(parsing: #"{"a":1,"a":2}"#)

        #expect(value["a"] == .integer(2))
    }

    @Test("Numbers keep their kind")
    func numbers() throws {
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try JSONValue(parsing: "1e3") == .number(1000))
        #expect(try JSONValue(parsing: "1.0").intValue == 1)
    }

    @Test(
        "What is no JSON is refused, with the place",
        arguments: [
            ("", 0), ("{", 1), ("[1,]", 3), (#"{"a" 1}"#, 5), ("01", 0), ("1.", 2), ("nul", 0), ("[1] x", 4),
            (#""a"#, 0),
            (#"{"a":1,}"#, 7), ("\"a\u{1}\"", 2), ("-", 1), ("+1", 0), ("1e999", 0),
        ]
    )
    func faults(_ text: String, _ offset: Int) {
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }

        #expect(error?.offset == offset)
    }

    @Test("Nesting without end is refused instead of overflowing the stack")
    func depth() {
        let text = String(repeating: "[", count: 100_000)

        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }
    }

    @Test("Bytes that are no UTF-8 are refused")
    func invalidUTF8() {
        let bytes: [UInt8] = [0x22, 0xFF, 0x22]

        #expect(throws: JSONParsingError.self) {
            try bytes.withUnsafeBytes { try JSONValue(parsing: $0) }
        }
    }

    @Test("A writer writes nulls, floats with a point, and members in order")
    func writer() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("z", 1.0)
        writer.member("a", nil as String?)
        writer.member("n", Int.min)
        writer.member("list", raw: "[1]")
        writer.endObject()

        #expect(writer.text == #"{"z":1.0,"a":null,"n":-9223372036854775808,"list":[1]}"#)
    }
}
