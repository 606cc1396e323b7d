import AssistantsAPI
import ModelProviders
import Testing

@Suite struct ResponsesStreamTests {
    private typealias Stream = ResponsesStream

    private func delta(_ text: String, _ members: String = #""output_index":0,"content_index":0"#) -> String {
        Responses.payload(
            "response.output_text.delta",
            members + (members.isEmpty ? "" : ",") + "\"delta\":\"\(text)\""
        )
    }

    private func completed(_ output: String = "[]") -> String {
        Responses.payload(
            "response.completed",
            #""response":{"status":"completed","error":null,"output":\#(output),\#(Responses.usage)}"#
        )
    }

    private let done = Responses.payload("response.completed", #""response":{"status":"completed"}"#)

    @Test("Text comes once, although it is repeated in what ends it")
    func text() throws {
        let item = #"{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hello"}]}"#
        let answer = try Stream.read([
            Responses.payload("response.created", #""response":{"status":"in_progress","error":null}"#),
            Responses.payload(
                "response.output_item.added",
                #""output_index":0,"item":{"type":"message","content":[]}"#
            ),
            delta("Hel"), delta("lo"),
            Responses.payload("response.output_text.done", #""output_index":0,"text":"Hello""#),
            Responses.payload(
                "response.content_part.done",
                #""output_index":0,"part":{"type":"output_text","text":"Hello"}"#
            ),
            Responses.payload("response.output_item.done", #""output_index":0,"item":\#(item)"#),
            completed("[\(item)]"), "{\"after\":\"the end\"}",
        ])

        #expect(answer.events == [.text("Hel"), .text("lo")])
        let usage = TokenUsage(promptTokens: 21, completionTokens: 9, cachedTokens: 5, reasoningTokens: 2)
        #expect(answer.outcome == ChatOutcome(finish: .stop, usage: usage))
    }

    @Test("What was not streamed is taken from the items that end it")
    func unstreamed() throws {
        let message =
            #"{"type":"message","content":[{"type":"output_text","text":"Hi"},{"type":"refusal","refusal":"no"}]}"#
        let call = #"{"type":"function_call","call_id":"call_A","name":"f","arguments":"{}"}"#

        let byText = try Stream.read([
            Responses.payload("response.output_text.done", #""output_index":0,"text":"Hi""#), done,
        ])
        #expect(byText.events == [.text("Hi")])

        let byItem = try Stream.read([
            Responses.payload("response.output_item.done", #""output_index":0,"item":\#(message)"#),
            Responses.payload("response.output_item.done", #""output_index":1,"item":\#(call)"#), done,
        ])
        #expect(byItem.events.text == "Hi")
        #expect(byItem.events.refusal == "no")
        #expect(byItem.events.calls == ["call_A f {}"])

        let atEnd = try Stream.read([completed("[\(message),\(call)]")])
        #expect(atEnd.events == byItem.events)
        #expect(atEnd.outcome.finish == .toolCalls)
    }

    @Test("Parallel calls, tied by number")
    func calls() throws {
        let answer = try Stream.read([
            added(0, "call_A", "f"), argument(0, #"{\"a\""#), argument(0, ":1}"),
            Responses.payload("response.function_call_arguments.done", #""output_index":0,"arguments":"{\"a\":1}""#),
            added(1, "call_B", "g"), argument(1, "{"),
            Responses.payload("response.function_call_arguments.done", #""output_index":1,"arguments":"{}""#),
            Responses.payload(
                "response.output_item.done",
                #""output_index":1,"item":{"type":"function_call","call_id":"call_B","name":"g","arguments":"{}"}"#
            ),
            completed(),
        ])
        #expect(answer.events.calls == [#"call_A f {"a":1}"#, "call_B g {}"])
        #expect(answer.outcome.finish == .toolCalls)
    }

    @Test("Calls of a server that does not number, tied by item id")
    func callsByID() throws {
        let answer = try Stream.read([
            Responses.payload(
                "response.output_item.added",
                #""item":{"id":"fc_1","type":"function_call","call_id":"call_A","name":"f","arguments":""}"#
            ),
            Responses.payload(
                "response.output_item.added",
                #""item":{"id":"fc_2","type":"function_call","call_id":"call_B","name":"g","arguments":""}"#
            ),
            Responses.payload("response.function_call_arguments.delta", #""item_id":"fc_2","delta":"{}""#),
            Responses.payload("response.function_call_arguments.delta", #""item_id":"fc_1","delta":"[]""#),
            completed(),
        ])
        #expect(answer.events.calls == ["call_A f []", "call_B g {}"])
    }

    @Test("Thinking and refusals")
    func otherText() throws {
        let answer = try Stream.read([
            Responses.payload("response.reasoning_summary_text.delta", #""output_index":0,"delta":"hm ""#),
            Responses.payload("response.reasoning_text.delta", #""output_index":0,"delta":"well""#),
            Responses.payload("response.refusal.delta", #""output_index":1,"delta":"No""#),
            Responses.payload("response.refusal.done", #""output_index":1,"refusal":"No""#),
            Responses.payload("response.future_event", #""delta":"ignored""#), done,
        ])
        #expect(answer.events == [.reasoning("hm "), .reasoning("well"), .refusal("No")])
    }

    @Test(
        "An answer that was cut says why",
        arguments: [("max_output_tokens", .length), ("content_filter", .contentFilter)]
            as [(String, ChatOutcome.Finish)]
    )
    func incomplete(_ reason: String, _ finish: ChatOutcome.Finish) throws {
        let end = Responses.payload(
            "response.incomplete",
            #""response":{"status":"incomplete","incomplete_details":{"reason":"\#(reason)"}}"#
        )
        #expect(try Stream.read([delta("a"), end]).outcome.finish == finish)
        let half = [added(0, "call_A", "f"), argument(0, "{"), end]
        #expect(try Stream.read(half).outcome.finish == finish)
    }

    @Test(
        "Failures in every shape",
        arguments: [
            (
                Responses.payload(
                    "response.failed",
                    #""response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"}}"#
                ),
                .rateLimited, "slow down"
            ),
            (
                Responses.payload("error", #""code":"invalid_prompt","message":"not this","param":null"#),
                .contentRefused, "not this"
            ),
            (Responses.payload("error", #""error":{"code":"server_error","message":"oops"}"#), .broken, "oops"),
            (#"{"error":{"message":"gone","code":503}}"#, .unavailable, "gone"),
        ] as [(String, ModelError.Kind, String)]
    )
    func failures(_ payload: String, _ kind: ModelError.Kind, _ message: String) throws {
        let failure = try Stream.failure([delta("a"), payload])
        #expect(failure.error.kind == kind)
        #expect(failure.error.message == message)
    }

    @Test("A stream that ends without saying so is broken; stray end marks are nothing")
    func cutShort() throws {
        #expect(try Stream.failure([delta("a")]).error.kind == .broken)
        #expect(try Stream.failure([delta("a"), "{\"type\""]).error.kind == .broken)
        #expect(try Stream.read([delta("a"), done, "[DONE]"]).events == [.text("a")])
    }

    @Test("Text without number and id is text all the same")
    func noKeys() throws {
        let answer = try Stream.read([
            delta("a", ""), delta("b", ""), Responses.payload("response.output_text.done", #""text":"ab""#), done,
        ])
        #expect(answer.events.text == "ab")
    }

    @Test("An answer in one piece")
    func whole() throws {
        let answer = try Stream.readWhole(
            #"{"object":"response","status":"completed","error":null,"output":[{"type":"reasoning","summary":"#
                + #"[{"type":"summary_text","text":"hm"}]},{"type":"message","content":[{"type":"output_text","text":"Hi"}]}],"#
                + Responses.usage + "}"
        )
        #expect(answer.events == [.reasoning("hm"), .text("Hi")])
        #expect(answer.outcome.usage?.promptTokens == 21)
        #expect(throws: CallFailure.self) { try Stream.readWhole(#"{"status":"in_progress","output":[]}"#) }
        #expect(throws: CallFailure.self) { try Stream.readWhole(#"{"hello":"world"}"#) }
    }

    private func added(_ number: Int, _ id: String, _ name: String) -> String {
        Responses.payload(
            "response.output_item.added",
            #""output_index":\#(number),"item":{"type":"function_call","call_id":"\#(id)","name":"\#(name)","arguments":""}"#
        )
    }

    private func argument(_ number: Int, _ delta: String) -> String {
        Responses.payload("response.function_call_arguments.delta", #""output_index":\#(number),"delta":"\#(delta)""#)
    }
}
