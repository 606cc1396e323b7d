import AssistantsAPI
import GRDB

/// A key that was made here: everything but the key itself.
package struct StoredAPIKey: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "key_"

    package let id: Identifier<StoredAPIKey>
    package let project: ProjectID
    package let projectName: String
    package let role: AccessRole
    package let label: String
    /// The key's last characters.
    package let ending: String
    package let createdAt: Timestamp
    /// To the minute or so.
    package let lastUsedAt: Timestamp?
    package let revokedAt: Timestamp?
}

/// Keys, as rows of `api_keys`. None is ever removed: a revoked one stays, so that a server which once asked for keys
/// never stops asking.
package struct APIKeyRepository {
    let db: GRDB.Database

    private static let select = """
        SELECT api_keys.id, project_id, name, role, label, ending, api_keys.created_at, last_used_at, revoked_at
        FROM api_keys JOIN projects ON projects.id = project_id
        """

    package enum Revocation: Sendable, Equatable {
        case done
        case before
        case unknownKey
    }

    package func insert(
        _ id: Identifier<StoredAPIKey>,
        digest: Digest,
        ending: String,
        label: String,
        role: AccessRole,
        in project: ProjectID,
        at time: Timestamp
    ) throws {
        let sql = """
            INSERT INTO api_keys (id, project_id, role, label, digest, ending, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        try db.run(
            sql,
            [id.rawValue, project.rawValue, role.rawValue, label, digest.hexadecimal, ending, time.seconds]
        )
    }

    /// The key with this digest, revoked or not.
    package func find(_ digest: Digest) throws -> StoredAPIKey? {
        try db.first("\(Self.select) WHERE digest = ?", [digest.hexadecimal], Self.key)
    }

    package func hasAny() throws -> Bool {
        try db.first("SELECT 1 FROM api_keys LIMIT 1", []) { $0.integer(0) } != nil
    }

    /// All keys, the oldest first.
    package func all() throws -> [StoredAPIKey] { try db.all("\(Self.select) ORDER BY api_keys.seq", [], Self.key) }

    package func revoke(_ id: Identifier<StoredAPIKey>, at time: Timestamp) throws -> Revocation {
        try db.run(
            "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
            [time.seconds, id.rawValue]
        )
        if db.changesCount == 1 { return .done }
        let exists = try db.first("SELECT 1 FROM api_keys WHERE id = ?", [id.rawValue]) { $0.integer(0) } != nil
        return exists ? .before : .unknownKey
    }

    package func markUsed(_ id: Identifier<StoredAPIKey>, at time: Timestamp) throws {
        try db.run("UPDATE api_keys SET last_used_at = ? WHERE id = ?", [time.seconds, id.rawValue])
    }

    private static func key(_ row: borrowing ResultRow) throws -> StoredAPIKey {
        let id = row.text(0)
        guard let role = AccessRole(rawValue: row.text(3)) else {
            throw StorageError.corrupt(table: "api_keys", id: id)
        }
        return StoredAPIKey(
            id: Identifier(id),
            project: ProjectID(row.text(1)),
            projectName: row.text(2),
            role: role,
            label: row.text(4),
            ending: row.text(5),
            createdAt: Timestamp(seconds: row.integer(6)),
            lastUsedAt: row.optionalInteger(7).map { Timestamp(seconds: $0) },
            revokedAt: row.optionalInteger(8).map { Timestamp(seconds: $0) }
        )
    }
}
