import AssistantsAPI
import ModelProviders
import Testing

@Suite struct ProtocolDetectionTests {
    /// How servers say that they do not have a path.
    static let unknown: [(Int, String)] = [
        (404, #"{"detail":"Not Found"}"#),
        (404, "404 page not found"),
        (404, #"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#),
        (404, #"{"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error","code":null}}"#),
        (404, ""), (405, #"{"detail":"Method Not Allowed"}"#), (501, "Not Implemented"),
        (200, #"{"error":"Unexpected endpoint or method. (POST /v1/x). Returning 200 anyway"}"#),
    ]

    private static func script(chat: Bool, responses: Bool, unknown: (Int, String)) -> ScriptedBackend.Script {
        ScriptedBackend.Script { request in
            switch request.path {
            case "/v1/chat/completions" where chat: Answer.stream(Chat.answer(["chat"]))
            case "/v1/responses" where responses: Answer.stream(Responses.answer(["responses"]))
            default: Answer.body(unknown.0, unknown.1)
            }
        }
    }

    @Test(
        "A server of one protocol is answered by it at the first call, and not asked otherwise again",
        arguments: unknown,
        [true, false]
    )
    func detects(_ unknown: (Int, String), _ isChat: Bool) async throws {
        try await Self.script(chat: isChat, responses: !isChat, unknown: unknown).run { server in
            try await withBackend(.test(server.url, .automatic)) { backend in
                for _ in 0..<3 {
                    let received = Received()
                    _ = try await backend.respond(to: .greeting) { received.add($0) }
                    #expect(received.text == (isChat ? "chat" : "responses"))
                }
            }
            #expect(server.requests.count == (isChat ? 3 : 4))
        }
    }

    @Test("First calls at once all find out")
    func concurrentDetection() async throws {
        let script = Self.script(chat: false, responses: true, unknown: Self.unknown[0])
        try await script.run { server in
            try await withBackend(.test(server.url, .automatic)) { backend in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 { group.addTask { _ = try await backend.respond(to: .greeting) { _ in } } }
                    try await group.waitForAll()
                }
                let before = server.requests.count
                _ = try await backend.respond(to: .greeting) { _ in }
                #expect(server.requests.count == before + 1)
            }
        }
    }

    @Test("An unknown model is not an unknown path")
    func unknownModel() async throws {
        let body = #"{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}"#
        let failure = try await askInVain(.automatic) { _ in Answer.body(404, body) }
        #expect(failure.error.kind == .modelNotFound)
        #expect(failure.requests.count == 1)
    }

    @Test("A server of neither protocol is told so, and asked again at the next call")
    func neither() async throws {
        let script = Self.script(chat: false, responses: false, unknown: Self.unknown[0])
        try await script.run { server in
            try await withBackend(.test(server.url, .automatic)) { backend in
                for _ in 0..<2 {
                    let error = await #expect(throws: ModelError.self) {
                        try await backend.respond(to: .greeting) { _ in }
                    }
                    #expect(error?.kind == .refused)
                    #expect(error?.message.contains("/v1") == true)
                }
            }
            #expect(server.requests.count == 4)
        }
    }

    @Test("A protocol that was chosen is not exchanged for the other")
    func chosen() async throws {
        let script = Self.script(chat: true, responses: false, unknown: Self.unknown[0])
        let failure = try await askInVain(.responses, script: script.steps)
        #expect(failure.error == ModelError(.refused, "The model backend does not know /responses: Not Found"))
        #expect(failure.requests.count == 1)
    }

    @Test("A busy server is asked again before it is taken for one of the other protocol")
    func busyAtFirst() async throws {
        let answer = try await ask(.automatic) { request in
            request.number == 1 ? Answer.body(503, "loading") : Answer.stream(Chat.answer(["a"]))
        }
        #expect(answer.requests.map(\.path) == ["/v1/chat/completions", "/v1/chat/completions"])
    }
}
