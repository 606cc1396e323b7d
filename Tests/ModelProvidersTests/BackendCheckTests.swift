import ModelProviders
import Testing

@Suite struct BackendCheckTests {
    private func check(
        key: String? = "sk-x",
        model: String = "m",
        _ wireProtocol: OpenAIBackend.Configuration.Choice = .automatic,
        script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
    ) async throws -> [OpenAIBackend.Finding] {
        try await ScriptedBackend.Script(script).run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url, wireProtocol)
            configuration.apiKey = key
            return try await withBackend(configuration) { await $0.check(model: model) }
        }
    }

    private let reached = OpenAIBackend.Finding.well("The model backend can be reached.")
    private let accepted = OpenAIBackend.Finding.well("The model backend accepts the key.")

    @Test("All is well")
    func well() async throws {
        let findings = try await check { request in
            #expect(request.method == "GET" && request.path == "/v1/models")
            #expect(request.headers["authorization"] == "Bearer sk-x")
            return Answer.body(200, #"{"object":"list","data":[{"id":"other"},{"id":"m"}]}"#)
        }
        #expect(findings == [reached, accepted, .well("The model m exists.")])
    }

    @Test("A model that is not listed may still exist")
    func unlisted() async throws {
        let findings = try await check { request in
            Answer.body(200, request.path == "/v1/models/m" ? #"{"id":"m"}"# : #"{"data":[]}"#)
        }
        #expect(findings.last == .well("The model m exists."))
    }

    @Test("Ollama's names may lack their tag")
    func tag() async throws {
        let findings = try await check(key: nil) { _ in Answer.body(200, #"{"data":[{"id":"m:latest"}]}"#) }
        #expect(findings == [reached, .well("The model backend asks for no key."), .well("The model m exists.")])
    }

    @Test("A model that does not exist, with those that do")
    func missingModel() async throws {
        let findings = try await check { request in
            request.path == "/v1/models"
                ? Answer.body(200, #"{"data":[{"id":"a"},{"id":"b"}]}"#) : Answer.body(404, "{}")
        }
        #expect(
            findings.last
                == .failed(
                    "The model backend has no model m.",
                    remedy: "set DEFAULT_MODEL or MODEL_ALIASES to a model that it has, for instance one of a, b"
                )
        )
    }

    @Test("A key that is refused, or missing")
    func refusedKey() async throws {
        let refused = try await check { _ in Answer.body(401, "{}") }
        guard case .failed("The model backend refuses the key.", _) = refused.last else {
            Issue.record("\(refused)")
            return
        }
        let missing = try await check(key: nil) { _ in Answer.body(401, "{}") }
        #expect(missing == [reached, .failed("The model backend asks for a key.", remedy: "set OPENAI_API_KEY")])
    }

    @Test("A server without a list of models is no failure", arguments: ["/v1/chat/completions", "/v1/responses"])
    func noList(_ path: String) async throws {
        let findings = try await check { request in
            guard request.path == path else { return Answer.body(404, "404 page not found") }
            #expect(request.method == "POST" && request.body == Array("{}".utf8))
            return Answer.body(400, #"{"error":{"message":"model is required"}}"#)
        }
        #expect(findings.count == 2)
        guard case .note = findings.last else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test(
        "A server that has no endpoint for chats, whatever it answers",
        arguments: ProtocolDetectionTests.unknown + [(200, "<html><title>Welcome</title></html>"), (200, "OK")]
    )
    func noEndpoint(_ status: Int, _ body: String) async throws {
        let findings = try await check { _ in Answer.body(status, body) }
        let neither = "The model backend knows neither /chat/completions nor /responses."
        guard case .failed(neither, let remedy) = findings.last else {
            Issue.record("\(findings)")
            return
        }
        #expect(findings.count == 2)
        #expect(remedy.contains("OPENAI_BASE_URL") && remedy.contains("/v1"))
    }

    @Test("Only the endpoint of the protocol that is set counts")
    func otherEndpoint() async throws {
        let findings = try await check(.responses) { request in
            Answer.body(request.path == "/v1/chat/completions" ? 400 : 404, "{}")
        }
        guard case .failed("The model backend does not know /responses.", _) = findings.last else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test("A key that only the endpoint asks for")
    func keyOfEndpoint() async throws {
        let findings = try await check(key: nil) { request in
            Answer.body(request.method == "POST" ? 401 : 404, "{}")
        }
        #expect(findings == [reached, .failed("The model backend asks for a key.", remedy: "set OPENAI_API_KEY")])
    }

    @Test("An endpoint that redirects is none")
    func redirection() async throws {
        let findings = try await check { request in Answer.body(request.method == "POST" ? 307 : 404, "") }
        let neither = "The model backend knows neither /chat/completions nor /responses."
        guard case .failed(neither, _) = findings.last else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test("An endpoint that fails")
    func failingEndpoint() async throws {
        let findings = try await check { request in
            request.method == "POST"
                ? Answer.body(503, #"{"error":{"message":"out of order"}}"#) : Answer.body(404, "{}")
        }
        guard case .failed("The model backend answers with status 503: out of order", _) = findings.last else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test("Endpoints that do not answer are told as such, by a backend that was reached")
    func silentEndpoints() async throws {
        let findings = try await check { request in
            request.method == "POST" ? [.reset] : Answer.body(404, "{}")
        }
        #expect(findings.count == 2 && findings.first == reached)
        guard case .note(let sentence) = findings.last else {
            Issue.record("\(findings)")
            return
        }
        #expect(sentence.contains("did not answer") && !sentence.contains("reached"))
    }

    @Test("A server that fails")
    func failing() async throws {
        let findings = try await check { _ in Answer.body(500, #"{"error":{"message":"out of order"}}"#) }
        guard case .failed("The model backend answers with status 500: out of order", _) = findings.last else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test("Nobody there")
    func unreachable() async throws {
        let findings = try await withBackend(.test("http://127.0.0.1:1/v1")) { await $0.check(model: "m") }
        #expect(findings.count == 1)
        guard case .failed(let sentence, let remedy) = findings.first else {
            Issue.record("\(findings)")
            return
        }
        #expect(sentence.contains("connection refused"))
        #expect(remedy.contains("OPENAI_BASE_URL"))
    }
}
