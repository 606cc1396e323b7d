import AssistantsAPI
import ModelProviders
import NIOCore
import Testing

@Suite struct RequestBodyTests {
    /// Everything that can be asked, at once.
    private var full: ChatRequest {
        var request = ChatRequest(
            model: "m",
            instructions: Instructions("Be brief."),
            items: [
                .encoded(ByteBuffer(string: #"{"role":"user","content":"안녕"},{"role":"assistant","content":"hi"}"#)),
                .message(role: .user, parts: [.text("what?"), .image(url: "data:image/png;base64,x", detail: "low")]),
                .toolCalls([.init(id: "call_1", name: "f", arguments: "{}")], reasoning: "hm"),
                .toolOutput(callID: "call_1", output: "42"),
                .message(role: .assistant, parts: [.refusal("no")]),
                .message(role: .assistant, parts: [.text("It is \"42\".")]),
            ]
        )
        request.tools = [
            .init(
                name: "f",
                description: "F",
                parameters: .object(.init([("type", .string("object"))])),
                strict: false
            ),
            .init(name: "g", description: nil, parameters: .object(.init([("type", .string("object"))])), strict: true),
        ]
        request.toolChoice = .function("f")
        request.parallelToolCalls = false
        request.temperature = 0.5
        request.topP = 1
        request.maximumOutputTokens = 500
        request.reasoningEffort = "low"
        request.responseFormat = .jsonSchema(name: "n", description: "d", schema: .object(.init()), strict: true)
        return request
    }

    private func text(_ body: RequestBody) -> String { body.pieces.map { String(buffer: $0) }.joined() }

    @Test("Chat Completions: the whole request")
    func chatCompletions() {
        #expect(
            text(ChatCompletionsProtocol.body(of: full, traits: BackendTraits()))
                == #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":["#
                + #"{"role":"system","content":"Be brief."},"#
                + #"{"role":"user","content":"안녕"},{"role":"assistant","content":"hi"},"#
                + #"{"role":"user","content":[{"type":"text","text":"what?"},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,x","detail":"low"}}]},"#
                + #"{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"call_1","#
                + #""type":"function","function":{"name":"f","arguments":"{}"}}]},"#
                + #"{"role":"tool","tool_call_id":"call_1","content":"42"},"#
                + #"{"role":"assistant","content":"no"},{"role":"assistant","content":"It is \"42\"."}],"#
                + #""tools":[{"type":"function","function":{"name":"f","description":"F","parameters":{"type":"object"}}},"#
                + #"{"type":"function","function":{"name":"g","parameters":{"type":"object"},"strict":true}}],"#
                + #""tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"#
                + #""temperature":0.5,"top_p":1.0,"max_completion_tokens":500,"reasoning_effort":"low","#
                + #""response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{},"#
                + #""strict":true}}}"#
        )
    }

    @Test("Responses: the whole request")
    func responses() {
        #expect(
            text(ResponsesProtocol.body(of: full))
                == #"{"model":"m","stream":true,"store":false,"instructions":"Be brief.","input":["#
                + #"{"role":"user","content":"안녕"},{"role":"assistant","content":"hi"},"#
                + #"{"type":"message","role":"user","content":[{"type":"input_text","text":"what?"},"#
                + #"{"type":"input_image","image_url":"data:image/png;base64,x","detail":"low"}]},"#
                + #"{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"},"#
                + #"{"type":"function_call_output","call_id":"call_1","output":"42"},"#
                + #"{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]},"#
                + #"{"type":"message","role":"assistant","content":"It is \"42\"."}],"#
                + #""tools":[{"type":"function","name":"f","description":"F","parameters":{"type":"object"},"strict":false},"#
                + #"{"type":"function","name":"g","parameters":{"type":"object"},"strict":true}],"#
                + #""tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"#
                + #""temperature":0.5,"top_p":1.0,"max_output_tokens":500,"reasoning":{"effort":"low"},"#
                + #""text":{"format":{"type":"json_schema","name":"n","description":"d","schema":{},"strict":true}}}"#
        )
    }

    @Test("A long conversation is sent as it is, and stands where the same would that was copied")
    func pieces() throws {
        let long = ByteBuffer(string: #"{"role":"user","content":"\#(String(repeating: "가", count: 10_000))"}"#)
        let short = ByteBuffer(string: #"{"role":"assistant","content":"hi"}"#)
        let last = ChatItem.message(role: .user, parts: [.text("and?")])
        var request = ChatRequest(
            model: "m",
            instructions: nil,
            items: [.encoded(long), .encoded(short), .encoded(long), last]
        )
        request.temperature = 1

        for body in [
            ChatCompletionsProtocol.body(of: request, traits: BackendTraits()), ResponsesProtocol.body(of: request),
        ] {
            #expect(body.pieces.count == 5)
            #expect(body.pieces[1].address == long.address && body.pieces[3].address == long.address)
            #expect(body.size == text(body).utf8.count)
            let json = try JSONValue(parsing: text(body))
            let messages = try #require((json["messages"] ?? json["input"])?.arrayValue)
            #expect(messages.map { $0["content"]?.stringValue?.count } == [10_000, 2, 10_000, 4])
            #expect(json["temperature"] == .number(1))
        }
    }

    @Test("What is not set is not sent")
    func least() {
        let request = ChatRequest(model: "m", instructions: nil, items: [.message(role: .user, parts: [.text("hi")])])

        #expect(
            text(ChatCompletionsProtocol.body(of: request, traits: BackendTraits()))
                == #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"#
                + #""messages":[{"role":"user","content":"hi"}]}"#
        )
        #expect(
            text(ResponsesProtocol.body(of: request))
                == #"{"model":"m","stream":true,"store":false,"#
                + #""input":[{"type":"message","role":"user","content":"hi"}]}"#
        )
    }

    @Test("Choices about tools are not sent without tools")
    func noTools() throws {
        var request = ChatRequest.greeting
        request.toolChoice = .required
        request.parallelToolCalls = true

        for body in [
            ChatCompletionsProtocol.body(of: request, traits: BackendTraits()), ResponsesProtocol.body(of: request),
        ] {
            let json = try JSONValue(parsing: text(body))
            #expect(json["tools"] == nil && json["tool_choice"] == nil && json["parallel_tool_calls"] == nil)
        }
    }

    @Test("What a backend turned out to want is heeded")
    func traits() throws {
        var traits = BackendTraits()
        traits.usesOlderTokenLimit = true
        traits.refusesStreamOptions = true
        traits.reasoningMember = .reasoning
        let json = try JSONValue(parsing: text(ChatCompletionsProtocol.body(of: full, traits: traits)))

        #expect(json["max_tokens"] == .integer(500) && json["max_completion_tokens"] == nil)
        #expect(json["stream_options"] == nil)
        let message = try #require(json["messages"]?.arrayValue?[4])
        #expect(message["reasoning"] == .string("hm") && message["reasoning_content"] == nil)
    }

    @Test("Responses: fewer output tokens than OpenAI takes are raised to that")
    func smallLimit() throws {
        var request = ChatRequest.greeting
        request.maximumOutputTokens = 1
        let json = try JSONValue(parsing: text(ResponsesProtocol.body(of: request)))
        #expect(json["max_output_tokens"] == .integer(16))
    }
}

extension ByteBuffer {
    /// Where its bytes are: the same for those that share them.
    fileprivate var address: UnsafeRawPointer? { withUnsafeReadableBytes { $0.baseAddress } }
}
