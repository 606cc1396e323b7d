import AssistantsAPI
import ModelProviders
import Testing

@Suite struct ChatCompletionsStreamTests {
    private typealias Stream = ChatCompletionsStream

    private func chunk(_ delta: String, finish: String? = nil) -> String { Chat.payload(delta, finish: finish) }

    private func call(_ members: String) -> String { chunk(#"{"tool_calls":[\#(members)]}"#) }

    // MARK: Text

    @Test("Text, refusal and thinking are told apart")
    func kindsOfText() throws {
        let answer = try Stream.read([
            chunk(#"{"role":"assistant","content":null,"reasoning_content":"hm, "}"#),
            chunk(#"{"reasoning":"well"}"#),
            chunk(#"{"content":"Hel"}"#), chunk(#"{"content":"lo"}"#), chunk(#"{"content":""}"#),
            chunk(#"{"refusal":"No."}"#), chunk("{}", finish: "stop"), "[DONE]",
        ])

        #expect(answer.events.text == "Hello")
        #expect(answer.events.reasoning == "hm, well")
        #expect(answer.events.refusal == "No.")
        #expect(answer.outcome == ChatOutcome(finish: .stop, usage: nil))
        #expect(!answer.events.contains(.text("")))
    }

    @Test("Thinking under both names is told once")
    func thinkingTwice() throws {
        let answer = try Stream.read([
            chunk(#"{"reasoning":"hm","reasoning_content":"hm"}"#), chunk(#"{"content":"a"}"#, finish: "stop"),
        ])
        #expect(answer.events == [.reasoning("hm"), .text("a")])
    }

    @Test("Thinking written into the answer is kept out of it, however it is cut")
    func inlineThinking() throws {
        let text = "\n<think>x < y </thin</think>\n\nYes <think>"
        for size in 1...text.count {
            let pieces = stride(from: 0, to: text.count, by: size).map { String(text.dropFirst($0).prefix(size)) }
            let payloads = pieces.map { chunk("{\"content\":\(JSONValue.string($0).jsonText)}") }
            let answer = try Stream.read(payloads + [chunk("{}", finish: "stop")])
            #expect(answer.events.text == "Yes <think>", "pieces of \(size)")
            #expect(answer.events.reasoning == "x < y </thin", "pieces of \(size)")
        }
    }

    @Test("What only looks like a thinking tag is text", arguments: ["<thin", "<b>hi</b>", " ", "a <think>b</think>"])
    func noThinking(_ text: String) throws {
        let pieces = text.map { chunk("{\"content\":\"\($0)\"}") }
        let answer = try Stream.read(pieces + [chunk("{}", finish: "stop")])
        #expect(answer.events.text == text)
        #expect(answer.events.reasoning.isEmpty)
    }

    @Test("Korean, emoji and escapes come through as they are")
    func unicode() throws {
        let answer = try Stream.read([
            chunk(#"{"content":"안녕 😀 \ud83d\ude00 \"\n\\"}"#), chunk("{}", finish: "stop"),
        ])
        #expect(answer.events.text == "안녕 😀 😀 \"\n\\")
    }

    // MARK: Shapes of chunks

    @Test("Choices may be empty or absent, the delta null or absent, usage anywhere")
    func looseChunks() throws {
        let answer = try Stream.read([
            #"{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
            #"{"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
            chunk(#"{"content":"a"}"#),
            #"{"choices":[{"index":0,"delta":null,"finish_reason":null}],"usage":null}"#,
            #"{"timings":{"n":[1,2]},"choices":[{"index":0,"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"#
                + #""completion_tokens":3,"prompt_cache_hit_tokens":4}}"#,
            "[DONE]", "nonsense after the end",
        ])

        #expect(answer.events == [.text("a")])
        #expect(answer.outcome.usage == TokenUsage(promptTokens: 7, completionTokens: 3, cachedTokens: 4))
    }

    @Test("Chunks that differ in their text alone are read as any other")
    func repeatedChunks() throws {
        let texts = ["a", #"\"b\","#, #"\\"#, "", "{}", #"\u00e9\n"#, "안녕", #"\",\"refusal\":\"x"#]
        let answer = try Stream.read(texts.map { chunk("{\"content\":\"\($0)\"}") } + [chunk("{}", finish: "stop")])
        #expect(answer.events.text == "a\"b\",\\{}é\n안녕\",\"refusal\":\"x")
        #expect(answer.events.refusal.isEmpty)

        let other = try Stream.read([
            chunk(#"{"content":"a"}"#), chunk(#"{"content":"b","refusal":"No"}"#), chunk(#"{"content":"c"}"#),
            chunk(#"{"content":"d"}"#, finish: "length"),
        ])
        #expect(other.events.text == "abcd")
        #expect(other.events.refusal == "No")
        #expect(other.outcome.finish == .length)
        #expect(try Stream.failure([chunk(#"{"content":"a"}"#), chunk(#"{"content":"a\"}"#)]).error.kind == .broken)
    }

    @Test("Padding that changes with each chunk is nothing")
    func padding() throws {
        let chunks = (0..<20).map {
            #"{"choices":[{"index":0,"delta":{"content":"\#($0) "}}],"obfuscation":"\#(String(repeating: "x", count: $0))"}"#
        }
        let answer = try Stream.read(chunks + [chunk("{}", finish: "stop")])
        #expect(answer.events.text == (0..<20).map { "\($0) " }.joined())
    }

    @Test("Other choices than the first are nothing")
    func otherChoices() throws {
        let answer = try Stream.read([
            #"{"choices":[{"delta":{"content":"b"},"index":1},{"delta":{"content":"a"},"index":0}]}"#,
            chunk("{}", finish: "stop"),
        ])
        #expect(answer.events == [.text("a")])
    }

    @Test("A stream without its end mark is whole when it has a reason to finish")
    func missingEndMark() throws {
        #expect(try Stream.read([chunk(#"{"content":"a"}"#, finish: "stop")]).outcome.finish == .stop)
        #expect(try Stream.failure([chunk(#"{"content":"a"}"#)]).error.kind == .broken)
        #expect(try Stream.failure([chunk(#"{"content":"a"}"#), "[DONE]"]).error.kind == .broken)
    }

    @Test("What is not JSON breaks the stream", arguments: ["hello", "{", #"{"choices":[}"#, #"{"choices":[]} x"#])
    func garbage(_ payload: String) throws {
        let failure = try Stream.failure([payload])
        #expect(failure.error.kind == .broken)
        #expect(failure.isTransient)
    }

    @Test(
        "Reasons to finish in the words of many servers",
        arguments: [
            ("stop", .stop), ("eos", .stop), ("length", .length), ("max_tokens", .length),
            ("content_filter", .contentFilter),
        ] as [(String, ChatOutcome.Finish)]
    )
    func finishReasons(_ reason: String, _ finish: ChatOutcome.Finish) throws {
        #expect(try Stream.read([chunk(#"{"content":"a"}"#, finish: reason)]).outcome.finish == finish)
    }

    @Test("Reasons that mean failure", arguments: ["error", "abort", "insufficient_system_resource"])
    func failedReasons(_ reason: String) throws {
        #expect(try Stream.failure([chunk(#"{"content":"a"}"#, finish: reason)]).isTransient)
    }

    @Test(
        "Errors within a stream, in every shape",
        arguments: [
            (#"{"error":{"message":"too many","code":429}}"#, .rateLimited, "too many"),
            (#"{"object":"error","message":"bad schema","code":400}"#, .refused, "bad schema"),
            (#"{"error":"out of memory"}"#, .broken, "out of memory"),
            (
                #"{"id":"x","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"gone"}}"#,
                .broken, "gone"
            ),
            (
                #"{"choices":[{"index":0,"error":{"message":"long","code":"context_length_exceeded"},"delta":{}}]}"#,
                .contextTooLong, "long"
            ),
            (#"{"error":{"message":"no","type":"insufficient_quota","code":null}}"#, .quotaExceeded, "no"),
        ] as [(String, ModelError.Kind, String)]
    )
    func errorsInStream(_ payload: String, _ kind: ModelError.Kind, _ message: String) throws {
        let failure = try Stream.failure([chunk(#"{"content":"a"}"#), payload])
        #expect(failure.error.kind == kind)
        #expect(failure.error.message == message)
    }

    // MARK: Calls

    @Test("Parallel calls come in pieces and keep their numbers")
    func parallelCalls() throws {
        let answer = try Stream.read([
            chunk(#"{"role":"assistant","content":null}"#),
            call(#"{"index":0,"id":"call_A","type":"function","function":{"name":"f","arguments":""}}"#),
            call(#"{"index":0,"function":{"arguments":"{\"a\""}}"#),
            call(#"{"index":0,"function":{"arguments":":1}"}}"#),
            call(#"{"index":1,"id":"call_B","type":"function","function":{"name":"g","arguments":""}}"#),
            call(#"{"index":1,"function":{"arguments":"{}"}}"#),
            chunk("{}", finish: "tool_calls"), "[DONE]",
        ])

        #expect(answer.events.calls == [#"call_A f {"a":1}"#, "call_B g {}"])
        #expect(answer.outcome.finish == .toolCalls)
    }

    @Test("Calls win over the reason to finish")
    func callsWin() throws {
        let whole = call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":"{}"}}"#)
        for reason in ["stop", "tool_calls", "function_call", "length", "eos"] {
            #expect(try Stream.read([whole, chunk("{}", finish: reason)]).outcome.finish == .toolCalls)
        }
    }

    @Test("A call that the output limit cut is not to be carried out")
    func truncatedCall() throws {
        let half = call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":"{\"a\":"}}"#)
        #expect(try Stream.read([half, chunk("{}", finish: "length")]).outcome.finish == .length)
    }

    @Test("A new id at a known number is a new call, as of servers that number all calls 0")
    func sameIndex() throws {
        let answer = try Stream.read([
            call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":"{\"a\":1}"}}"#),
            call(#"{"index":0,"id":"call_B","function":{"name":"f","arguments":"{\"a\":2}"}}"#),
            chunk("{}", finish: "stop"),
        ])
        #expect(answer.events.calls == [#"call_A f {"a":1}"#, #"call_B f {"a":2}"#])
    }

    @Test("Without numbers the place in the array counts, or the id")
    func missingIndex() throws {
        let together = try Stream.read([
            call(
                #"{"id":"call_A","function":{"name":"f","arguments":"{}"}},{"id":"call_B","function":{"name":"g","arguments":"{}"}}"#
            ),
            chunk("{}", finish: "stop"),
        ])
        #expect(together.events.calls == ["call_A f {}", "call_B g {}"])

        let apart = try Stream.read([
            call(#"{"id":"call_A","function":{"name":"f","arguments":"{"}}"#), call(#"{"function":{"arguments":"}"}}"#),
            call(#"{"id":"call_B","function":{"name":"f","arguments":"{}"}}"#), chunk("{}", finish: "stop"),
        ])
        #expect(apart.events.calls == ["call_A f {}", "call_B f {}"])
    }

    @Test("A call without an id gets one")
    func missingID() throws {
        let answer = try Stream.read([
            call(#"{"function":{"name":"f","arguments":"{}"}}"#), call(#"{"function":{"name":"f","arguments":"[1]"}}"#),
            chunk("{}", finish: "stop"),
        ])
        let ids = answer.events.calls.map { $0.split(separator: " ")[0] }
        #expect(ids.count == 2 && ids[0] != ids[1])
        #expect(ids.allSatisfy { $0.hasPrefix("call_") && $0.count == 29 })
    }

    @Test("The id and name may be repeated, or empty later")
    func repeatedNames() throws {
        let answer = try Stream.read([
            call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":"{"}}"#),
            call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":"\"a\":"}}"#),
            call(#"{"index":0,"id":"","function":{"name":"","arguments":"1}"}}"#), chunk("{}", finish: "tool_calls"),
        ])
        #expect(answer.events.calls == [#"call_A f {"a":1}"#])
    }

    @Test("A name that comes late holds back the arguments")
    func lateName() throws {
        let answer = try Stream.read([
            call(#"{"index":0,"id":"call_A","function":{"arguments":"{"}}"#),
            call(#"{"index":0,"function":{"name":"f"}}"#), call(#"{"index":0,"function":{"arguments":"}"}}"#),
            chunk("{}", finish: "tool_calls"),
        ])
        #expect(answer.events.first == .toolCallStarted(index: 0, id: "call_A", name: "f"))
        #expect(answer.events.calls == ["call_A f {}"])
        #expect(
            try Stream.failure([call(#"{"index":0,"id":"x","function":{}}"#), chunk("{}", finish: "stop")]).error.kind
                == .broken
        )
    }

    @Test("Arguments may be an object")
    func argumentsAsObject() throws {
        let answer = try Stream.read([
            call(#"{"index":0,"id":"call_A","function":{"name":"f","arguments":{"a":[1, "x"]}}}"#),
            chunk("{}", finish: "stop"),
        ])
        #expect(answer.events.calls == [#"call_A f {"a":[1, "x"]}"#])
    }

    // MARK: Whole answers

    @Test("An answer in one piece")
    func whole() throws {
        let answer = try Stream.readWhole(
            #"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"<think>hm</think>Hi","#
                + #""tool_calls":[{"id":"call_A","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":2}}"#
        )
        #expect(answer.events.text == "Hi")
        #expect(answer.events.reasoning == "hm")
        #expect(answer.events.calls == ["call_A f {}"])
        #expect(
            answer.outcome == ChatOutcome(finish: .toolCalls, usage: TokenUsage(promptTokens: 3, completionTokens: 2))
        )
    }

    @Test("An answer in one piece whose content is a list of parts")
    func wholeWithParts() throws {
        let answer = try Stream.readWhole(
            #"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},"finish_reason":"stop"}]}"#
        )
        #expect(answer.events == [.text("ab")])
    }
}
