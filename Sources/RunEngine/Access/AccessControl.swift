import AssistantsAPI
import Storage
import Synchronization

/// Tells who sends a request by the key that it brings.
///
/// As long as there is no key at all, neither among the settings nor in the store, everyone may do everything. What the
/// store says is remembered for a moment: a request costs a read of the database once a second for each key, a new key
/// is good at once, and a revoked one is refused within two seconds.
package final class AccessControl: Sendable {
    /// A key among the settings.
    package struct StaticKey: Sendable {
        package var text: String
        package var project: ProjectID
        package var role: AccessRole

        package init(text: String, project: ProjectID, role: AccessRole) {
            self.text = text
            self.project = project
            self.role = role
        }
    }

    private struct Entry {
        /// Nil for a key that is none.
        var principal: Principal?
        var checkedAt: ContinuousClock.Instant
        var isBeingChecked = false
    }

    private struct State {
        var entries: [Digest: Entry] = [:]
        /// When the store was last seen to have no key. Once it has one, it always has.
        var sawNoKeyAt: ContinuousClock.Instant?
        var isLookingForKeys = false
        var used: Set<Identifier<StoredAPIKey>> = []
    }

    /// What is older is checked again, by one request; the others rely on it for as long again.
    private static let freshness: Duration = .milliseconds(900)
    private static let capacity = 10_000

    private let database: Database
    private let staticKeys: [Digest: Principal]
    private let clock: WallClock
    private let state = Mutex(State())

    package init(database: Database, staticKeys: [StaticKey] = [], clock: WallClock) {
        self.database = database
        self.clock = clock
        var principals: [Digest: Principal] = [:]
        for key in staticKeys {
            let digest = Digest(of: key.text)
            let id = "static_\(digest.hexadecimal.prefix(8))"
            principals[digest] = Principal(project: key.project, role: key.role, keyID: id)
        }
        self.staticKeys = principals
    }

    /// Whether a request without a key is refused.
    package func asksForKey() async throws -> Bool {
        if !staticKeys.isEmpty { return true }
        return try await database.read { try $0.apiKeys.hasAny() }
    }

    // MARK: Requests

    /// Whether it is known at this moment that no key is asked for. A key that looks like one of ours is looked for
    /// nevertheless: it may be the first one, made just now.
    ///
    /// - Parameter authorization: the header of that name.
    package func isOpen(to authorization: String?) -> Bool {
        guard staticKeys.isEmpty, authorization.map(Self.holdsKeyOfOurs) != true else { return false }
        return state.withLock { state in
            guard let time = state.sawNoKeyAt else { return false }
            let age = ContinuousClock.now - time
            if age < Self.freshness { return true }
            guard state.isLookingForKeys, age < Self.freshness * 2 else {
                state.isLookingForKeys = true
                return false
            }
            return true
        }
    }

    private static func holdsKeyOfOurs(_ authorization: String) -> Bool {
        authorization.utf8.split(separator: UInt8(ascii: " ")).contains { $0.starts(with: APIKeyMaker.prefix.utf8) }
    }

    /// The answer where the store need not be asked, which is nearly always. (`isOpen(to:)` is to be asked first.)
    package func rememberedPrincipal(for credential: Credential) throws(AccessRefusal) -> Principal? {
        let now = ContinuousClock.now
        guard case .key(let key) = credential else {
            // Without static keys it may be that there are no others either.
            return staticKeys.isEmpty ? nil : try refuse(credential)
        }
        let digest = Digest(of: key)
        if let principal = staticKeys[digest] { return principal }
        switch remembered(digest, at: now) {
        case .unknown: return nil
        case .good(let principal): return principal
        case .bad: return try refuse(credential)
        }
    }

    /// Asks the store, for when nothing is remembered. Throws `AccessRefusal`, or `StorageError` when the store cannot
    /// be asked.
    package func principal(for credential: Credential) async throws -> Principal {
        let now = ContinuousClock.now
        guard case .key(let key) = credential else {
            guard try await database.read({ try $0.apiKeys.hasAny() }) else { return open(from: now) }
            return try refuse(credential)
        }
        let digest = Digest(of: key)
        let mayBeOpen = staticKeys.isEmpty
        let (found, hasAny) = try await database.read { db in
            let found = try db.apiKeys.find(digest)
            return (found, try found != nil || !mayBeOpen || db.apiKeys.hasAny())
        }
        guard hasAny else { return open(from: now) }
        guard let stored = found, stored.revokedAt == nil else {
            remember(nil, as: digest, at: now)
            return try refuse(credential)
        }
        let principal = Principal(project: stored.project, role: stored.role, keyID: stored.id.rawValue)
        remember(principal, as: digest, at: now)
        state.withLock { _ = $0.used.insert(stored.id) }
        return principal
    }

    private func refuse<Value>(_ credential: Credential) throws(AccessRefusal) -> Value {
        switch credential {
        case .none, .unusable: throw .keyMissing
        case .key(let key): throw .keyUnknown(masked: AccessRefusal.mask(key))
        }
    }

    // MARK: Memory

    private enum Remembered {
        case unknown
        case good(Principal)
        case bad
    }

    /// - Parameter now: when the store was asked, not when it answered.
    private func open(from now: ContinuousClock.Instant) -> Principal {
        state.withLock { state in
            state.sawNoKeyAt = now
            state.isLookingForKeys = false
        }
        return .anyone
    }

    private func remembered(_ digest: Digest, at now: ContinuousClock.Instant) -> Remembered {
        state.withLock { state in
            guard let entry = state.entries[digest] else { return .unknown }
            let age = now - entry.checkedAt
            guard let principal = entry.principal else { return age < Self.freshness ? .bad : .unknown }
            if age < Self.freshness { return .good(principal) }
            guard entry.isBeingChecked, age < Self.freshness * 2 else {
                state.entries[digest]?.isBeingChecked = true
                return .unknown
            }
            return .good(principal)
        }
    }

    /// - Parameter now: when the store was asked, not when it answered.
    private func remember(_ principal: Principal?, as digest: Digest, at now: ContinuousClock.Instant) {
        state.withLock { state in
            if state.entries.count >= Self.capacity {
                // A flood of invented keys must neither grow the memory nor push out the real ones.
                state.entries = state.entries.filter {
                    $0.value.principal != nil && now - $0.value.checkedAt < .seconds(60)
                }
                if state.entries.count >= Self.capacity { state.entries.removeAll(keepingCapacity: true) }
            }
            state.entries[digest] = Entry(principal: principal, checkedAt: now)
        }
    }

    // MARK: Use

    /// Writes down which keys were used since the last time.
    package func storeUse() async throws {
        let used = state.withLock { state in
            defer { state.used = [] }
            return state.used
        }
        guard !used.isEmpty else { return }
        let now = clock.now()
        try await database.write { db in for id in used { try db.apiKeys.markUsed(id, at: now) } }
    }
}
