import AssistantsAPI
import Foundation
import RunEngine
import Storage
import Testing

private final class AccessStore: Sendable {
    let path = NSTemporaryDirectory() + "access-tests-\(UUID().uuidString)"
    let database: Database

    init() throws { database = try Database(directory: DataDirectory(path: path)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeKey(project: String = "default", role: AccessRole = .user) async throws
        -> (key: String, id: Identifier<StoredAPIKey>)
    {
        try await database.write { db in
            try APIKeyMaker.create(
                projectName: project,
                role: role,
                label: "",
                ids: IDGenerator(clock: .system),
                at: Timestamp(seconds: 1),
                in: db
            )
        }
    }
}

@Suite struct AccessControlTests {
    private let store: AccessStore

    init() throws { store = try AccessStore() }

    private func access(_ staticKeys: [AccessControl.StaticKey] = []) -> AccessControl {
        AccessControl(database: store.database, staticKeys: staticKeys, clock: .system)
    }

    /// As a request is let in: from memory, or else from the store.
    private func enter(_ access: AccessControl, _ credential: Credential) async throws -> Principal {
        if case .key(let key) = credential {
            if access.isOpen(to: "Bearer \(key)") { return .anyone }
        } else if access.isOpen(to: nil) {
            return .anyone
        }
        if let principal = try access.rememberedPrincipal(for: credential) { return principal }
        return try await access.principal(for: credential)
    }

    private static let anything: [Credential] = [.none, .unusable, .key("sk-anything")]

    @Test("Without any key everyone is let in, whatever they bring", arguments: anything)
    func open(_ credential: Credential) async throws {
        let access = access()
        for _ in 0..<2 {
            let principal = try await enter(access, credential)
            #expect(principal.project == .default)
            #expect(principal.role == .admin)
            #expect(principal.keyID == nil)
        }
        #expect(try await !access.asksForKey())
    }

    @Test("A key among the settings closes the door, and opens it for its project and role")
    func staticKeys() async throws {
        let access = access([.init(text: "sk-static", project: ProjectID("proj_a"), role: .facade)])

        let principal = try access.rememberedPrincipal(for: .key("sk-static"))
        #expect(principal?.project == ProjectID("proj_a"))
        #expect(principal?.role == .facade)
        #expect(principal?.keyID?.contains("sk-static") == false)
        #expect(throws: AccessRefusal.keyMissing) { try access.rememberedPrincipal(for: .none) }
        #expect(throws: AccessRefusal.keyMissing) { try access.rememberedPrincipal(for: .unusable) }
        await #expect(throws: AccessRefusal.keyUnknown(masked: "*********")) {
            try await enter(access, .key("sk-statiC"))
        }
    }

    @Test("A stored key is good at once, on a server that was open and on one that refused it before")
    func newKeys() async throws {
        let access = access()
        _ = try await enter(access, .none)
        let first = try await store.makeKey(project: "team", role: .admin)
        let principal = try await enter(access, .key(first.key))
        #expect(principal.keyID == first.id.rawValue)
        #expect(principal.role == .admin)
        // What was remembered of the open door is forgotten within two seconds.
        try await Task.sleep(for: .seconds(2))
        await #expect(throws: AccessRefusal.keyMissing) { try await enter(access, .none) }

        let second = try await store.makeKey()
        #expect(try await enter(access, .key(second.key)).keyID == second.id.rawValue)
    }

    @Test("A revoked key is refused within two seconds, by requests that come all the time")
    func revokedKeys() async throws {
        let access = access()
        let made = try await store.makeKey()
        _ = try await enter(access, .key(made.key))
        _ = try await store.database.write { try $0.apiKeys.revoke(made.id, at: Timestamp(seconds: 2)) }

        let end = ContinuousClock.now + .seconds(2)
        var isRefused = false
        while !isRefused, ContinuousClock.now < end {
            do {
                _ = try await enter(access, .key(made.key))
                try await Task.sleep(for: .milliseconds(10))
            } catch is AccessRefusal {
                isRefused = true
            }
        }
        #expect(isRefused)
        #expect(try await access.asksForKey(), "a server that asked for keys once never stops asking")
    }

    @Test("The use of a key is written down")
    func use() async throws {
        let access = access()
        let made = try await store.makeKey()
        _ = try await enter(access, .key(made.key))
        try await access.storeUse()
        let stored = try await store.database.read { try $0.apiKeys.find(Digest(of: made.key)) }
        #expect(stored?.lastUsedAt != nil)
    }

    @Test("Keys are long, random and told by their beginning")
    func keys() async throws {
        let keys = try await [store.makeKey().key, store.makeKey().key]
        for key in keys {
            #expect(key.hasPrefix("sk-as-"))
            #expect(key.count == 54)
            #expect(key.dropFirst(6).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
        #expect(keys[0] != keys[1])
    }

    @Test(
        "A credential is what stands behind Bearer",
        arguments: [
            (nil, .none), ("", .none), ("Bearer", .none), ("Bearer ", .none), ("Bearer sk-1", .key("sk-1")),
            ("bearer   sk-1 ", .key("sk-1")), ("Basic c2stMQ==", .unusable), ("Bearer a b", .unusable),
            ("sk-1", .unusable),
        ] as [(String?, Credential)]
    )
    func credentials(_ value: String?, _ credential: Credential) {
        #expect(Credential(authorization: value) == credential)
    }

    @Test("What is shown of a wrong key are its ends")
    func masks() async throws {
        let access = access([.init(text: "sk-right", project: .default, role: .user)])
        await #expect(throws: AccessRefusal.keyUnknown(masked: "sk-ab************wxyz")) {
            try await enter(access, .key("sk-abcdefghijklmnwxyz"))
        }
    }
}
