import AssistantsAPI
import Storage
import Testing

@Suite struct APIKeyRepositoryTests {
    private let store: TemporaryDatabase

    init() throws { store = try TemporaryDatabase() }

    private func insert(_ key: String, id: String, project: String = "default", role: AccessRole = .user) async throws {
        try await store.database.write { db in
            let project = try db.projects.ensure(
                named: project,
                candidate: ProjectID("proj_\(project)"),
                at: Timestamp(seconds: 1)
            )
            try db.apiKeys.insert(
                Identifier(id),
                digest: Digest(of: key),
                ending: String(key.suffix(4)),
                label: "for tests",
                role: role,
                in: project,
                at: Timestamp(seconds: 2)
            )
        }
    }

    @Test("A project is made once for each name, and the default one is there")
    func projects() async throws {
        let ids = try await store.database.write { db in
            try ["default", "a", "a", "b"].enumerated().map { index, name in
                try db.projects.ensure(named: name, candidate: ProjectID("proj_\(index)"), at: Timestamp(seconds: 1))
            }
        }
        #expect(ids == [.default, ProjectID("proj_1"), ProjectID("proj_1"), ProjectID("proj_3")])
    }

    @Test("A key is found by its digest, with its project and role, and no other text finds it")
    func finding() async throws {
        #expect(try await !store.database.read { try $0.apiKeys.hasAny() })
        try await insert("sk-as-one", id: "key_1", project: "team", role: .facade)

        let found = try await store.database.read { try $0.apiKeys.find(Digest(of: "sk-as-one")) }
        let other = try await store.database.read { try $0.apiKeys.find(Digest(of: "sk-as-onf")) }

        #expect(found?.id == Identifier("key_1"))
        #expect(found?.project == ProjectID("proj_team"))
        #expect(found?.projectName == "team")
        #expect(found?.role == .facade)
        #expect(found?.ending == "-one")
        #expect(other == nil)
        #expect(try await store.database.read { try $0.apiKeys.hasAny() })
    }

    @Test("A revoked key stays known as revoked, and is revoked once")
    func revoking() async throws {
        try await insert("sk-as-one", id: "key_1")

        let outcomes = try await store.database.write { db in
            let ids: [Identifier<StoredAPIKey>] = [Identifier("key_1"), Identifier("key_1"), Identifier("key_2")]
            return try ids.map { try db.apiKeys.revoke($0, at: Timestamp(seconds: 7)) }
        }

        #expect(outcomes == [.done, .before, .unknownKey])
        let all = try await store.database.read { try $0.apiKeys.all() }
        #expect(all.map(\.revokedAt) == [Timestamp(seconds: 7)])
    }

    @Test("A command writes beside an open database, which sees it at once")
    func commands() async throws {
        let made = try CommandAccess.write(in: store.path) { db in
            try db.projects.ensure(named: "x", candidate: ProjectID("proj_x"), at: Timestamp(seconds: 1))
        }
        let seen = try await store.database.write { db in
            try db.projects.ensure(named: "x", candidate: ProjectID("proj_y"), at: Timestamp(seconds: 1))
        }
        #expect(made == ProjectID("proj_x"))
        #expect(seen == made)
    }

    @Test("A digest is SHA-256, and parts are told apart")
    func digests() {
        // echo -n abc | sha256sum
        #expect(
            Digest(of: "abc").hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        func digest(_ parts: [String]) -> Digest {
            var collected = Digest.Parts()
            for part in parts { collected.add(part) }
            return collected.digest()
        }
        #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
        #expect(digest(["ab", "c"]) == digest(["ab", "c"]))
    }
}
