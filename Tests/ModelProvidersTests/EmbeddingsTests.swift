import AssistantsAPI
import ModelProviders
import Testing

@Suite struct EmbeddingsTests {
    /// Embeds texts by a server that does as the script says.
    private func embed(
        _ texts: [String],
        _ configuration: OpenAIEmbeddings.Configuration = .init(model: "e"),
        script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
    ) async throws -> (vectors: Result<[[Float]], any Error>, requests: [ScriptedBackend.Request]) {
        try await ScriptedBackend.Script(script).run { server in
            let result = try await withBackend(.test(server.url)) { backend -> Result<[[Float]], any Error> in
                do {
                    return .success(try await OpenAIEmbeddings(configuration, backend: backend).embed(texts))
                } catch {
                    return .failure(error)
                }
            }
            return (result, server.requests)
        }
    }

    /// Each text's vector is its length and 1, in reversed order.
    private static func answer(to request: ScriptedBackend.Request) -> [ScriptedBackend.Step] {
        let texts = (request.json["input"]?.arrayValue ?? []).compactMap(\.stringValue)
        let entries = texts.enumerated().map { index, text in
            #"{"object": "embedding", "index": \#(index), "embedding": [\#(text.utf8.count), 1.0]}"#
        }
        return Answer.body(200, #"{"object":"list","data":[\#(entries.reversed().joined(separator: ","))]}"#)
    }

    private static func count(_ request: ScriptedBackend.Request) -> Int {
        request.json["input"]?.arrayValue?.count ?? 0
    }

    @Test("Texts go in batches, and the vectors come back in the texts' order")
    func batches() async throws {
        let texts = (1...7).map { String(repeating: "x", count: $0) }
        let (vectors, requests) = try await embed(texts, .init(model: "e", batchSize: 3)) { Self.answer(to: $0) }

        #expect(try vectors.get() == (1...7).map { [Float($0), 1] })
        #expect(requests.map(Self.count).sorted() == [1, 3, 3])
        #expect(requests.allSatisfy { $0.path == "/v1/embeddings" && $0.json["model"]?.stringValue == "e" })
        #expect(requests.allSatisfy { $0.json["encoding_format"]?.stringValue == "float" })
        #expect(requests.allSatisfy { $0.json["dimensions"] == nil })
    }

    @Test("A batch that is too large is sent in halves", arguments: [400, 413])
    func splits(status: Int) async throws {
        let texts = (1...5).map { String(repeating: "x", count: $0) }
        let (vectors, requests) = try await embed(texts) { request in
            Self.count(request) > 2 ? Answer.body(status, #"{"error":"too many"}"#) : Self.answer(to: request)
        }

        #expect(try vectors.get() == (1...5).map { [Float($0), 1] })
        #expect(requests.map(Self.count) == [5, 2, 3, 1, 2])
    }

    @Test("A text that is too long is embedded in parts")
    func longText() async throws {
        let text = String(repeating: "word ", count: 200)
        let (vectors, requests) = try await embed([text]) { request in
            let length = request.json["input"]?.arrayValue?[0].stringValue?.utf8.count ?? 0
            return length > 600 ? Answer.body(400, #"{"error":{"message":"too long"}}"#) : Self.answer(to: request)
        }

        let vector = try #require(try vectors.get().first)
        #expect(abs(vector[0] * vector[0] + vector[1] * vector[1] - 1) < 0.0001)
        #expect(requests.count == 3)
    }

    @Test("What passes is tried again; what does not is told")
    func failures() async throws {
        let (vectors, requests) = try await embed(["a"]) { request in
            request.number == 1 ? Answer.body(503, "") : Self.answer(to: request)
        }
        #expect(try vectors.get() == [[1, 1]])
        #expect(requests.count == 2)

        let (refused, asked) = try await embed(["a", "b"]) { _ in
            Answer.body(404, #"{"error":{"message":"no model e","code":"model_not_found"}}"#)
        }
        #expect(throws: ModelError(.modelNotFound, "no model e")) { try refused.get() }
        #expect(asked.count == 1)

        let (short, questions) = try await embed(["a", "b"]) { _ in Answer.body(400, #"{"error":"dimensions"}"#) }
        #expect(throws: ModelError(.refused, "dimensions")) { try short.get() }
        #expect(questions.count == 2)
    }

    @Test(
        "Answers that are no vectors for the texts are refused",
        arguments: [
            #"{"data":[{"index":0,"embedding":[1,2]}]}"#,
            #"{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}"#,
            #"{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[null,1]}]}"#,
            #"{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}"#,
            #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
            #"{"error":{"message":"down","type":"server_error"}}"#,
            "not JSON",
        ]
    )
    func badAnswers(body: String) async throws {
        let (vectors, _) = try await embed(["a", "b"]) { _ in Answer.body(200, body) }
        #expect(throws: ModelError.self) { try vectors.get() }
    }

    @Test("Dimensions are asked for, and must be those that come")
    func dimensions() async throws {
        let asked = OpenAIEmbeddings.Configuration(model: "e", dimensions: 2)
        let (vectors, requests) = try await embed(["abc"], asked) { Self.answer(to: $0) }
        #expect(try vectors.get() == [[3, 1]])
        #expect(requests[0].json["dimensions"]?.intValue == 2)

        let (others, _) = try await embed(["abc"], .init(model: "e", dimensions: 256)) { Self.answer(to: $0) }
        #expect(throws: ModelError(.refused, "The embedding model gives 2 dimensions where 256 were asked for.")) {
            try others.get()
        }
    }
}
