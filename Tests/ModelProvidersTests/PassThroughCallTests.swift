import ModelProviders
import NIOCore
import Testing

@Suite struct PassThroughCallTests {
    private struct Answered {
        var head: PassThroughAnswer
        var body: String
        var requests: [ScriptedBackend.Request]
    }

    private static let request = PassThroughRequest(
        method: "POST",
        path: "/embeddings",
        query: "a=%20",
        headers: [("content-type", "application/json"), ("authorization", "Bearer sk-caller")],
        body: .whole(ByteBuffer(string: "{}"))
    )

    /// Passes one request on to a scripted server.
    private func pass(
        _ request: PassThroughRequest = request,
        _ pieces: [String] = [],
        limit: Int = 100,
        settings: [Setting] = [],
        script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
    ) async throws -> Answered {
        try await ScriptedBackend.Script(script).run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url)
            configuration.apiKey = "sk-operator"
            for setting in settings { setting(&configuration) }
            return try await withBackend(configuration) { backend in
                let call = PassThrough(backend, modelAliases: [:], longestAnswer: .milliseconds(60)).call()
                let head = try await call.answer(to: request, body: Pieces(pieces), limit: limit)
                var body = ""
                while let piece = try await call.nextPiece() { body += String(buffer: piece) }
                return Answered(head: head, body: body, requests: server.requests)
            }
        }
    }

    /// What the call fails with.
    private func failure(
        _ request: PassThroughRequest = request,
        _ pieces: [String] = [],
        limit: Int = 100,
        settings: [Setting] = [],
        script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
    ) async throws -> PassThroughFailure? {
        do {
            _ = try await pass(request, pieces, limit: limit, settings: settings, script: script)
            return nil
        } catch {
            return error as? PassThroughFailure
        }
    }

    private static func streamed(length: Int?) -> PassThroughRequest {
        var request = request
        request.body = .streamed(length: length)
        return request
    }

    @Test("The request goes out with our key, the answer comes back whole")
    func whole() async throws {
        let answered = try await pass { _ in Answer.body(201, "[1]", headers: "X-Request-Id: req_b\r\n") }
        #expect(answered.head.status == 201)
        #expect(answered.head.length == 3)
        #expect(answered.head.headers.contains { $0 == ("x-upstream-request-id", "req_b") })
        #expect(answered.body == "[1]")
        let request = try #require(answered.requests.first)
        #expect((request.method, request.path) == ("POST", "/v1/embeddings?a=%20"))
        #expect(request.headers["authorization"] == "Bearer sk-operator")
        #expect(request.body == Array("{}".utf8))
    }

    @Test("A body that comes in pieces arrives as one")
    func upload() async throws {
        let answered = try await pass(Self.streamed(length: 6), ["ab", "cd", "ef"]) { _ in Answer.body(200, "ok") }
        #expect(answered.requests.first?.body == Array("abcdef".utf8))
        #expect(answered.requests.first?.headers["content-length"] == "6")
        #expect(answered.body == "ok")
    }

    @Test("A body that is too large, or shorter than was said, is not sent to its end")
    func wrongLength() async throws {
        let tooLarge = try await failure(Self.streamed(length: nil), ["aaaa", "bbbb"], limit: 7) { _ in [.silence] }
        guard case .tooLarge = tooLarge else { throw Unexpected(tooLarge) }
        let broken = try await failure(Self.streamed(length: 9), ["aaaa", "bbbb"]) { _ in [.silence] }
        guard case .brokenBody = broken else { throw Unexpected(broken) }
    }

    @Test("Silence before the answer and within it is a timeout")
    func silence() async throws {
        let settings = [set(\.firstByteTimeout, .milliseconds(60)), set(\.idleTimeout, .milliseconds(30))]
        let before = try await failure(settings: settings) { _ in [.silence] }
        guard case .backend(let error) = before, error.kind == .timedOut else { throw Unexpected(before) }
        let within = try await failure(settings: settings) { _ in Answer.openStream(["data: 1\n\n"]) + [.silence] }
        guard case .backend(let error) = within, error.kind == .timedOut else { throw Unexpected(within) }
    }

    @Test("A stream's silence is measured by its own limit, however long its beginning may take")
    func limits() async throws {
        try await ScriptedBackend.Script { _ in Answer.openStream(["a"]) + [.silence] }.run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url)
            (configuration.firstByteTimeout, configuration.idleTimeout) = (.milliseconds(100), .milliseconds(100))
            try await withBackend(configuration) { backend in
                let call = PassThrough(backend, modelAliases: [:], longestAnswer: .seconds(60)).call()
                _ = try await call.answer(to: Self.request, body: Pieces([]), limit: 0)
                _ = try await call.nextPiece()
                let start = ContinuousClock.now
                await #expect(throws: PassThroughFailure.self) { try await call.nextPiece() }
                #expect(ContinuousClock.now - start < .seconds(20))
            }
        }
    }

    @Test("An answer that is read slowly is no silence of the backend")
    func slowReader() async throws {
        try await ScriptedBackend.Script { _ in Answer.stream(["a", "b"]) }.run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url)
            (configuration.firstByteTimeout, configuration.idleTimeout) = (.milliseconds(500), .milliseconds(500))
            try await withBackend(configuration) { backend in
                let call = PassThrough(backend, modelAliases: [:], longestAnswer: .milliseconds(60)).call()
                _ = try await call.answer(to: Self.request, body: Pieces([]), limit: 0)
                try await Task.sleep(for: .milliseconds(1100))
                var body = ""
                while let piece = try await call.nextPiece() { body += String(buffer: piece) }
                #expect(body == "ab")
            }
        }
    }

    @Test("A backend that breaks off fails the reading")
    func brokenAnswer() async throws {
        let failure = try await failure { _ in Answer.openStream(["data: 1\n\n"]) + [.pause(.milliseconds(5)), .reset] }
        guard case .backend(let error) = failure, error.kind == .broken else { throw Unexpected(failure) }
    }

    @Test("A refused key is said to be the server's, and not shown")
    func refusedKey() async throws {
        let failure = try await failure { _ in
            Answer.body(401, #"{"error":{"message":"Incorrect API key provided: sk-operator."}}"#)
        }
        guard case .backend(let error) = failure else { throw Unexpected(failure) }
        #expect(error.kind == .unauthorized)
        #expect(error.message.contains("OPENAI_API_KEY") && error.message.contains("Incorrect API key provided: [key]"))
    }

    @Test("A redirect is no answer")
    func redirect() async throws {
        let failure = try await failure { _ in Answer.body(302, "", headers: "Location: http://other/\r\n") }
        guard case .backend(let error) = failure, error.kind == .broken else { throw Unexpected(failure) }
    }

    @Test("Whoever lets go of a call, or cancels it, leaves the backend")
    func leaving() async throws {
        try await ScriptedBackend.Script { _ in Answer.openStream(["data: 1\n\n"]) + [.silence] }.run { server in
            try await withBackend(.test(server.url)) { backend in
                var call: PassThroughCall? = PassThrough(backend, modelAliases: [:], longestAnswer: .milliseconds(60))
                    .call()
                _ = try await call?.answer(to: Self.request, body: Pieces([]), limit: 0)
                call = nil
                await server.clientLeft()

                let other = PassThrough(backend, modelAliases: [:], longestAnswer: .milliseconds(60)).call()
                _ = try await other.answer(to: Self.request, body: Pieces([]), limit: 0)
                _ = try await other.nextPiece()
                let piece = Task { try await other.nextPiece() }
                other.cancel()
                await #expect(throws: PassThroughFailure.self) { try await piece.value }
                await server.clientLeft()
            }
        }
    }

    @Test("A call that is cancelled before it begins is not made")
    func cancelledBefore() async throws {
        try await ScriptedBackend.Script { _ in Answer.body(200, "") }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let call = PassThrough(backend, modelAliases: [:], longestAnswer: .milliseconds(60)).call()
                call.cancel()
                await #expect(throws: PassThroughFailure.self) {
                    _ = try await call.answer(to: Self.request, body: Pieces([]), limit: 0)
                }
                #expect(server.requests.isEmpty)
            }
        }
    }
}

/// A body that comes in pieces.
private struct Pieces: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: ArraySlice<String>

        mutating func next() async throws -> ByteBuffer? {
            await Task.yield()
            return rest.popFirst().map { ByteBuffer(string: $0) }
        }
    }

    let pieces: [String]

    init(_ pieces: [String]) { self.pieces = pieces }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: pieces[...]) }
}

private struct Unexpected: Error {
    let failure: PassThroughFailure?

    init(_ failure: PassThroughFailure?) { self.failure = failure }
}
