import AssistantsAPI
import ModelProviders
import Testing

@Suite struct BackendFailureTests {
    struct Refusal: Sendable {
        var status: Int
        var body: String
        var kind: ModelError.Kind
        var message: String
        var type = "application/json"
    }

    private static func error(_ message: String, _ members: String = #""type":"x""#) -> String {
        #"{"error":{"message":"\#(message)",\#(members)}}"#
    }

    static let refusals = [
        Refusal(status: 400, body: error("Bad schema"), kind: .refused, message: "Bad schema"),
        Refusal(status: 401, body: error("Incorrect API key"), kind: .unauthorized, message: "Incorrect API key"),
        Refusal(status: 403, body: #"{"error":"Not your region"}"#, kind: .unauthorized, message: "Not your region"),
        Refusal(
            status: 402,
            body: error("Insufficient Balance"),
            kind: .quotaExceeded,
            message: "Insufficient Balance"
        ),
        Refusal(
            status: 404,
            body: error("model 'x' not found, try pulling it first"),
            kind: .modelNotFound,
            message: "model 'x' not found, try pulling it first"
        ),
        Refusal(
            status: 404,
            body: #"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","code":404}"#,
            kind: .modelNotFound,
            message: "The model `x` does not exist."
        ),
        Refusal(
            status: 400,
            body: error("This is 9000 tokens too long", #""code":"context_length_exceeded""#),
            kind: .contextTooLong,
            message: "This is 9000 tokens too long"
        ),
        Refusal(
            status: 400,
            body:
                #"{"error":{"code":400,"message":"the request exceeds","type":"exceed_context_size_error","n_ctx":4096}}"#,
            kind: .contextTooLong,
            message: "the request exceeds"
        ),
        Refusal(
            status: 400,
            body: #"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#,
            kind: .contextTooLong,
            message: "This model's maximum context length is 4096 tokens."
        ),
        Refusal(
            status: 400,
            body: error("Filtered", #""code":"content_filter""#),
            kind: .contentRefused,
            message: "Filtered"
        ),
        Refusal(
            status: 422,
            body: #"{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too few"}]}"#,
            kind: .refused,
            message: "field required; too few"
        ),
        Refusal(
            status: 429,
            body: error("You exceeded your quota", #""code":"insufficient_quota""#),
            kind: .quotaExceeded,
            message: "You exceeded your quota"
        ),
        Refusal(
            status: 307,
            body: "",
            kind: .refused,
            message: "The model backend answered with status 307 and no reason."
        ),
        Refusal(status: 413, body: "Too large", kind: .refused, message: "Too large", type: "text/plain"),
    ]

    @Test("A refusal is told in the backend's words and not asked for again", arguments: refusals, [true, false])
    func refused(_ refusal: Refusal, _ isChat: Bool) async throws {
        let failure = try await askInVain(isChat ? .chatCompletions : .responses) { _ in
            Answer.body(refusal.status, refusal.body, type: refusal.type)
        }
        #expect(failure.error == ModelError(refusal.kind, refusal.message))
        #expect(failure.requests.count == 1)
    }

    static let transient: [(Int, ModelError.Kind)] = [
        (408, .timedOut), (409, .refused), (425, .refused), (429, .rateLimited), (500, .broken), (502, .broken),
        (503, .unavailable), (504, .timedOut), (529, .unavailable),
    ]

    @Test("What may pass is asked for again, and then told", arguments: transient)
    func passing(_ status: Int, _ kind: ModelError.Kind) async throws {
        let answered = try await ask { request in
            request.number < 3
                ? Answer.body(status, Self.error("later")) : Answer.stream(Chat.answer(["a"]))
        }
        #expect(answered.events.text == "a")
        #expect(answered.requests.count == 3)

        let failure = try await askInVain { _ in Answer.body(status, Self.error("later")) }
        #expect(failure.error == ModelError(kind, "later"))
        #expect(failure.requests.count == 3)
    }

    @Test("A proxy's error page becomes a line")
    func errorPage() async throws {
        let page = "<html><head>\n<TITLE>502 Bad\n Gateway</TITLE></head><body><h1>502</h1><hr>nginx</body></html>"
        let failure = try await askInVain { _ in Answer.body(502, page, type: "text/html") }
        #expect(failure.error == ModelError(.broken, "502 Bad Gateway"))

        let untitled = try await askInVain { _ in Answer.body(500, "<p>Out of <b>order</b></p>", type: "text/html") }
        #expect(untitled.error.message == "Out of order")

        let welcome = try await askInVain { _ in
            Answer.body(200, "<html><title>Welcome</title></html>", type: "text/html")
        }
        #expect(welcome.error == ModelError(.broken, "The model backend answered with a web page: Welcome"))
    }

    @Test("Keys and addresses do not get out")
    func secrets() async throws {
        let words =
            "Incorrect API key provided: sk-abc***********xyz. You can find it at https://platform.openai.com/keys. "
            + "Sent topsecret to (http://10.0.0.7:8000/v1/x), Bearer topsecret; and 127.0.0.1 failed."
        let failure = try await askInVain(settings: [set(\.apiKey, "topsecret")]) { _ in
            Answer.body(401, Self.error(words))
        }
        #expect(
            failure.error.message
                == "Incorrect API key provided: [key] You can find it at [address]. "
                + "Sent [key] to ([address]), Bearer [key]; and [address] failed."
        )
    }

    @Test("A message is cut after 500 characters")
    func longMessage() async throws {
        let failure = try await askInVain { _ in Answer.body(400, Self.error(String(repeating: "가 ", count: 1000))) }
        #expect(failure.error.message.count == 500)
    }

    @Test("A refusal whose body never ends is told all the same")
    func endlessRefusal() async throws {
        let head = "HTTP/1.1 401 No\r\nContent-Length: 1000\r\n\r\n{\"error\":"
        let failure = try await askInVain(settings: [set(\.idleTimeout, .milliseconds(30))]) { _ in
            [.send(head), .silence]
        }
        #expect(failure.error.kind == .unauthorized)
    }

    @Test(
        "What is not the protocol is broken",
        arguments: ["", "hello", "{\"a\":", "{}", "data: {\n\n", "[1]", "\u{1}\u{2}"]
    )
    func garbage(_ body: String) async throws {
        let failure = try await askInVain { _ in Answer.body(200, body, type: "text/event-stream") }
        #expect(failure.error.kind == .broken)
        #expect(failure.events.isEmpty)
        #expect(failure.requests.count == 3)
    }

    @Test("What is not HTTP is broken")
    func notHTTP() async throws {
        let failure = try await askInVain { _ in [.send("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .close] }
        #expect(failure.error.kind == .broken)
    }

    @Test("Redirects are not followed")
    func redirect() async throws {
        let failure = try await askInVain { _ in
            Answer.body(302, "", headers: "Location: http://127.0.0.1:1/elsewhere\r\n")
        }
        #expect(failure.error.kind == .refused)
        #expect(failure.requests.count == 1)
    }

    @Test("After a failure the next answer is given")
    func afterwards() async throws {
        let script = ScriptedBackend.Script { request in
            switch request.number {
            case 1: Answer.body(400, "{}")
            case 2: Answer.openStream([Chat.delta(#"{"content":"a"}"#)]) + [.pause(.milliseconds(10)), .reset]
            case 3: Answer.openStream([Chat.delta(#"{"content":"a"}"#), "data: {garbage\n\n"]) + [.silence]
            default: Answer.stream(Chat.answer(["a"]))
            }
        }
        try await script.run { server in
            try await withBackend(.test(server.url)) { backend in
                for _ in 0..<3 {
                    await #expect(throws: ModelError.self) { try await backend.respond(to: .greeting) { _ in } }
                }
                let received = Received()
                _ = try await backend.respond(to: .greeting) { received.add($0) }
                #expect(received.text == "a")
            }
        }
    }
}
