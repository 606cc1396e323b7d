import ModelProviders
import Testing

@Suite struct ModelCatalogTests {
    private func names(
        aliases: [String: String] = [:],
        script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
    ) async throws -> [String] {
        try await ScriptedBackend.Script(script).run { server in
            try await withBackend(.test(server.url)) { backend in
                let catalog = ModelCatalog(backend: backend, defaultName: "default", aliases: aliases, created: 7)
                return try await catalog.models().map(\.id)
            }
        }
    }

    @Test("The backend's models come first, then aliases by name, then the default; each once")
    func order() async throws {
        let names = try await names(aliases: ["z": "b", "a": "gone", "b": "c"]) { _ in
            Answer.body(200, #"{"data":[{"id":"c"},{"id":"b"},{"id":"c"},{"object":"model"}]}"#)
        }
        #expect(names == ["c", "b", "a", "z", "default"])
    }

    @Test(
        "Lists in other shapes are read, and a backend without one has none",
        arguments: [
            (200, #"{"models":[{"name":"m"}]}"#, ["m", "default"]), (200, #"[{"id":"m"}]"#, ["m", "default"]),
            (200, "<html>", ["default"]), (404, "", ["default"]), (501, "", ["default"]),
        ]
    )
    func shapes(_ status: Int, _ body: String, _ expected: [String]) async throws {
        #expect(try await names { _ in Answer.body(status, body) } == expected)
    }

    @Test("What the list leaves out is put in")
    func defaults() async throws {
        try await ScriptedBackend.Script { _ in Answer.body(200, #"{"data":[{"id":"m","created":5}]}"#) }.run {
            server in
            try await withBackend(.test(server.url)) { backend in
                let catalog = ModelCatalog(backend: backend, defaultName: "m", aliases: [:], created: 7)
                let models = try await catalog.models()
                #expect(models == [ListedModel(id: "m", created: 5, ownedBy: "assistants-server")])
            }
        }
    }

    @Test("Many who ask at once, and soon after, cost one request")
    func singleFlight() async throws {
        try await ScriptedBackend.Script { _ in
            [.pause(.milliseconds(30))] + Answer.body(200, #"{"data":[{"id":"m"}]}"#)
        }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let catalog = ModelCatalog(backend: backend, defaultName: "m", aliases: [:], created: 7)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<50 { group.addTask { try await catalog.models().count } }
                    for try await count in group { #expect(count == 1) }
                }
                let found = try await catalog.model("m")
                #expect(found?.id == "m")
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("A failure is not kept")
    func failure() async throws {
        try await ScriptedBackend.Script { request in
            request.number == 1 ? Answer.body(500, "out of order") : Answer.body(200, #"{"data":[]}"#)
        }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let catalog = ModelCatalog(backend: backend, defaultName: "m", aliases: [:], created: 7)
                await #expect(throws: ModelError(.broken, "out of order")) { try await catalog.models() }
                let models = try await catalog.models()
                #expect(models.count == 1)
            }
        }
    }

    @Test("A model that is not listed is asked for by its name, unless the name is a path to elsewhere")
    func unlisted() async throws {
        try await ScriptedBackend.Script { request in
            switch request.path {
            case "/v1/models": Answer.body(200, #"{"data":[]}"#)
            case "/v1/models/ft:m": Answer.body(200, #"{"id":"ft:m-2026","created":3,"owned_by":"o"}"#)
            default: Answer.body(404, "{}")
            }
        }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let catalog = ModelCatalog(backend: backend, defaultName: "d", aliases: [:], created: 7)
                var found: [ListedModel?] = []
                for name in ["ft:m", "other", "../files"] { found.append(try await catalog.model(name)) }
                #expect(found == [ListedModel(id: "ft:m", created: 3, ownedBy: "o"), nil, nil])
                #expect(server.requests.map(\.path) == ["/v1/models", "/v1/models/ft:m", "/v1/models/other"])
            }
        }
    }

    @Test("Without a backend there is the analyst under the default name")
    func analyst() async throws {
        let catalog = ModelCatalog(backend: nil, defaultName: "d", aliases: ["a": "b"], created: 7)
        #expect(try await catalog.models() == [ListedModel(id: "d", created: 7, ownedBy: "assistants-server")])
        #expect(try await catalog.model("x") == nil)
    }
}
