import AssistantsAPI
import Logging
import ModelProviders
import Testing

@Suite struct OpenAIBackendTests {
    private static let usage = TokenUsage(promptTokens: 21, completionTokens: 9, cachedTokens: 5, reasoningTokens: 2)

    @Test("A streamed answer, with its usage", arguments: [true, false])
    func streams(_ isChat: Bool) async throws {
        let events = isChat ? Chat.answer(["안녕", " ", "😀"]) : Responses.answer(["안녕", " ", "😀"])
        let answer = try await ask(isChat ? .chatCompletions : .responses) { _ in Answer.stream(events) }

        #expect(answer.events == [.text("안녕"), .text(" "), .text("😀")])
        #expect(answer.outcome == ChatOutcome(finish: .stop, usage: Self.usage))
        #expect(answer.requests.map(\.path) == [isChat ? "/v1/chat/completions" : "/v1/responses"])
        #expect(answer.requests.first?.json["model"] == .string("m"))
    }

    @Test("A stream that comes byte by byte", arguments: [true, false])
    func bytewise(_ isChat: Bool) async throws {
        let events = isChat ? Chat.answer(["Hel", "lo 😀"]) : Responses.answer(["Hel", "lo 😀"])
        let answer = try await ask(isChat ? .chatCompletions : .responses) { _ in Answer.bytewiseStream(events) }

        #expect(answer.events == [.text("Hel"), .text("lo 😀")])
        #expect(answer.outcome.usage == Self.usage)
    }

    @Test("Calls of functions")
    func calls() async throws {
        let events = [
            Chat.delta(
                #"{"tool_calls":[{"index":0,"id":"call_A","function":{"name":"f","arguments":"{}"}},"#
                    + #"{"index":1,"id":"call_B","function":{"name":"g","arguments":""}}]}"#
            ),
            Chat.delta(#"{"tool_calls":[{"index":1,"function":{"arguments":"{\"a\":1}"}}]}"#, finish: "stop"),
            Chat.done,
        ]
        let answer = try await ask { _ in Answer.stream(events) }

        #expect(answer.events.calls == ["call_A f {}", #"call_B g {"a":1}"#])
        #expect(answer.outcome.finish == .toolCalls)
    }

    @Test("A stream that the end of the connection ends, comments before it")
    func untilClose() async throws {
        let events = [": OPENROUTER PROCESSING\n\n", Chat.delta(#"{"content":"a"}"#, finish: "stop")]
        let answer = try await ask { _ in Answer.streamUntilClose(events) }
        #expect(answer.events == [.text("a")])
    }

    @Test("A whole stream whose connection breaks afterwards is an answer")
    func resetAfterwards() async throws {
        let events = [Chat.delta(#"{"content":"a"}"#), Chat.delta("{}", finish: "stop")]
        let answer = try await ask { _ in Answer.openStream(events) + [.pause(.milliseconds(20)), .reset] }
        #expect(answer.events == [.text("a")])
        #expect(answer.requests.count == 1)
    }

    @Test("An answer is given when it is whole, though the server does not end it")
    func endMarkEnds() async throws {
        let answer = try await ask { _ in Answer.openStream(Chat.answer(["a"])) + [.silence] }
        #expect(answer.events == [.text("a")])
    }

    @Test(
        "A backend that does not stream, whatever it calls its answer",
        arguments: ["application/json", "text/event-stream"]
    )
    func wholeAnswer(_ type: String) async throws {
        let chat = #" {"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"length"}]}"#
        let answer = try await ask { _ in Answer.body(200, chat, type: type) }
        #expect(answer.events == [.text("Hi")])
        #expect(answer.outcome == ChatOutcome(finish: .length, usage: nil))

        let response =
            #"{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}"#
        let other = try await ask(.responses) { _ in Answer.body(200, response, type: type) }
        #expect(other.events == [.text("Hi")])
    }

    @Test("The key is sent when there is one, organisation and project too")
    func headers() async throws {
        let without = try await ask { _ in Answer.stream(Chat.answer(["a"])) }
        #expect(without.requests[0].headers["authorization"] == nil)

        let with = try await ask(
            settings: [
                set(\.apiKey, "sk-test"),
                set(\.organization, "org-1"),
                set(\.project, "proj-1"),
            ]
        ) { _ in Answer.stream(Chat.answer(["a"])) }
        let headers = with.requests[0].headers
        #expect(headers["authorization"] == "Bearer sk-test")
        #expect(headers["openai-organization"] == "org-1" && headers["openai-project"] == "proj-1")
        #expect(headers["content-type"] == "application/json")
    }

    @Test("Connections are used again")
    func keepAlive() async throws {
        try await ScriptedBackend.Script { _ in Answer.stream(Chat.answer(["a"])) }.run { server in
            try await withBackend(.test(server.url + "/")) { backend in
                for _ in 0..<5 { _ = try await backend.respond(to: .greeting) { _ in } }
            }
            #expect(server.requests.count == 5)
            #expect(server.connections == 1)
        }
    }

    @Test("A connection that the server closed while it was idle costs no answer")
    func staleConnection() async throws {
        try await ScriptedBackend.Script { request in
            request.number == 2 ? [.reset] : Answer.stream(Chat.answer(["a"]))
        }.run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url)
            configuration.maximumRetries = 0
            try await withBackend(configuration) { backend in
                for _ in 0..<3 { _ = try await backend.respond(to: .greeting) { _ in } }
            }
            #expect(server.requests.count == 4)
        }
    }

    @Test("200 chats at once are all answered, each with its own answer")
    func concurrent() async throws {
        let script = ScriptedBackend.Script { request in
            let name = request.json["model"]?.stringValue ?? ""
            return [.pause(.milliseconds(20))] + Answer.stream(Chat.answer([name, "!"]))
        }
        try await script.run { server in
            try await withBackend(.test(server.url, .automatic)) { backend in
                try await withThrowingTaskGroup(of: (Int, String).self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            let received = Received()
                            var request = ChatRequest.greeting
                            request.model = "model-\(number)"
                            _ = try await backend.respond(to: request) { received.add($0) }
                            return (number, received.text)
                        }
                    }
                    for try await (number, text) in group { #expect(text == "model-\(number)!") }
                }
            }
            #expect(server.requests.count == 200)
        }
    }

    @Test("A request of a megabyte arrives byte for byte, and so does the answer")
    func large() async throws {
        let text = String(repeating: "가나다 😀 \"\\\n", count: 60_000)
        let request = ChatRequest(model: "m", instructions: nil, items: [.message(role: .user, parts: [.text(text)])])
        let answer = try await ask(.chatCompletions, request) { request in
            let echo = request.json["messages"]?.arrayValue?.first?["content"] ?? .null
            return Answer.stream([Chat.delta("{\"content\":\(echo.jsonText)}", finish: "stop"), Chat.done])
        }
        #expect(answer.events.text == text)
    }

    @Test("A base URL that is none is refused")
    func badURL() {
        for url in ["", "localhost", "ftp://host/v1", "http://"] {
            let error = #expect(throws: ModelError.self) {
                try OpenAIBackend(.test(url), eventLoopGroup: .testing, logger: Logger(label: "test"))
            }
            #expect(error?.kind == .refused)
        }
    }

    @Test("max_completion_tokens and stream_options give way where they are refused, and that is remembered")
    func olderServer() async throws {
        let script = ScriptedBackend.Script { request in
            for member in ["max_completion_tokens", "stream_options"] where request.json[member] != nil {
                return Answer.body(400, "{\"detail\":[{\"msg\":\"\(member): extra fields not permitted\"}]}")
            }
            return Answer.stream(Chat.answer(["a"]))
        }
        try await script.run { server in
            try await withBackend(.test(server.url)) { backend in
                var request = ChatRequest.greeting
                request.maximumOutputTokens = 7
                for _ in 0..<2 { _ = try await backend.respond(to: request) { _ in } }
            }
            #expect(server.requests.count == 4)
            #expect(server.requests.last?.json["max_tokens"] == .integer(7))
        }
    }

    @Test("Thinking goes back under the name under which it came")
    func reasoningMember() async throws {
        let script = ScriptedBackend.Script { _ in
            Answer.stream([
                Chat.delta(#"{"reasoning":"hm"}"#), Chat.delta(#"{"content":"a"}"#, finish: "stop"), Chat.done,
            ])
        }
        try await script.run { server in
            try await withBackend(.test(server.url)) { backend in
                var request = ChatRequest.greeting
                _ = try await backend.respond(to: request) { _ in }
                request.items.append(.toolCalls([.init(id: "c", name: "f", arguments: "{}")], reasoning: "hm"))
                _ = try await backend.respond(to: request) { _ in }
            }
            #expect(server.requests[1].json["messages"]?.arrayValue?.last?["reasoning"] == .string("hm"))
        }
    }
}
