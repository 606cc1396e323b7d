import AssistantsAPI
import Testing

@Suite struct MessageContentTests {
    @Test("A text comes back as it was", arguments: ["hi", "", "quote \" and \\ back", "줄\n바꿈 😀", "\u{0}"])
    func text(_ text: String) throws {
        let content = Message.Content(text: text)

        #expect(content.plainText == text)
        let escaped = try #require(content.escapedText)
        #expect(try JSONValue(parsing: "\"\(String(decoding: Array(escaped), as: UTF8.self))\"").stringValue == text)
    }

    @Test("Only a single text part without annotations has one escaped text")
    func severalParts() {
        let two =
            #"[{"type":"text","text":{"value":"a","annotations":[]}},{"type":"text","text":{"value":"b","annotations":[]}}]"#
        let content = Message.Content(storedJSON: two)

        #expect(content.escapedText == nil)
        #expect(content.plainText == "a\nb")
    }

    @Test("A message shows its end, and why it was cut")
    func incomplete() throws {
        let message = Message(
            id: Identifier("msg_1"),
            threadID: Identifier("thread_1"),
            createdAt: Timestamp(seconds: 5),
            role: .assistant,
            content: Message.Content(text: "half"),
            status: .incomplete(reason: .maxTokens),
            runID: Identifier("run_1")
        )

        let json = try JSONValue(parsing: message.jsonText)

        #expect(json["status"] == .string("incomplete"))
        #expect(json["incomplete_details"]?["reason"] == .string("max_tokens"))
        #expect(json["incomplete_at"] == .integer(5))
        #expect(json["completed_at"] == .null)
        #expect(json["assistant_id"] == .null)
    }
}
