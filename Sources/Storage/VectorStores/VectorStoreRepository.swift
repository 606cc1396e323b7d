import AssistantsAPI
import GRDB

/// Vector stores, as rows of `vector_stores`. Their counts are kept by triggers.
package struct VectorStoreRepository {
    let db: GRDB.Database

    static let columns = """
        SELECT id, created_at, name, description, usage_bytes, in_progress, completed, failed, cancelled, expires_after,
            last_active_at, expired_at, metadata
        FROM vector_stores
        """

    package func insert(_ store: VectorStore, in project: ProjectID) throws {
        try db.run(
            """
            INSERT INTO vector_stores (id, project_id, created_at, name, description, expires_after, last_active_at,
                expired_at, metadata)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                store.id.rawValue, project.rawValue, store.createdAt.seconds, store.name, store.description,
                store.expiration?.days, store.lastActiveAt.seconds,
                store.isExpired ? store.expiresAt?.seconds ?? store.lastActiveAt.seconds : nil,
                store.metadata.pairs.isEmpty ? nil : store.metadata.jsonText,
            ]
        )
    }

    package func find(_ id: Identifier<VectorStore>, in project: ProjectID) throws -> VectorStore? {
        try db.first(
            Self.columns + " WHERE id = ? AND project_id = ?",
            [id.rawValue, project.rawValue],
            Self.store
        )
    }

    /// Of some stores those that a project has, in any order.
    package func find(_ ids: [Identifier<VectorStore>], in project: ProjectID) throws -> [VectorStore] {
        try db.all(
            Self.columns + " WHERE id IN (SELECT value FROM json_each(?)) AND project_id = ?",
            [FileRepository.json(ids.map(\.rawValue)), project.rawValue],
            Self.store
        )
    }

    package func page(_ request: PageRequest, of project: ProjectID) throws -> Page<VectorStore> {
        try ListQuery(
            select: Self.columns,
            table: "vector_stores",
            scope: "project_id = ?",
            scopeArgument: project.rawValue
        ).page(request, in: db, Self.store)
    }

    /// Replaces what a modification may change.
    package func update(_ store: VectorStore) throws {
        try db.run(
            "UPDATE vector_stores SET name = ?, expires_after = ?, metadata = ? WHERE id = ?",
            [
                store.name, store.expiration?.days, store.metadata.pairs.isEmpty ? nil : store.metadata.jsonText,
                store.id.rawValue,
            ]
        )
    }

    /// Deletes a store with its files' places in it; the files stay. Returns whether there was one.
    package func delete(_ id: Identifier<VectorStore>, in project: ProjectID) throws -> Bool {
        let sql = "DELETE FROM vector_stores WHERE id = ? AND project_id = ? RETURNING seq"
        guard let sequence = try db.first(sql, [id.rawValue, project.rawValue], { $0.integer(0) }) else {
            return false
        }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "vector_stores", scopeArgument: project.rawValue, sequence: sequence)
        return true
    }

    /// Of some ids those that are no stores of the project.
    package func missing(_ ids: [String], in project: ProjectID) throws -> Set<String> {
        let sql = """
            SELECT value FROM json_each(?)
            WHERE NOT EXISTS (SELECT 1 FROM vector_stores WHERE id = value AND project_id = ?)
            """
        return Set(try db.all(sql, [FileRepository.json(ids), project.rawValue]) { $0.text(0) })
    }

    /// All stores that have not expired, of all projects.
    package func living() throws -> Set<Identifier<VectorStore>> {
        Set(try db.all("SELECT id FROM vector_stores WHERE expired_at IS NULL", []) { Identifier($0.text(0)) })
    }

    // MARK: Expiry

    /// Notes that a store was used. Earlier times than the one that is known, and stores that expired, are left alone.
    package func noteActivity(of id: Identifier<VectorStore>, at time: Timestamp) throws {
        try db.run(
            "UPDATE vector_stores SET last_active_at = ? WHERE id = ? AND last_active_at < ? AND expired_at IS NULL",
            [time.seconds, id.rawValue, time.seconds]
        )
    }

    /// Whether there is a store whose time is over.
    package func hasExpiring(at time: Timestamp) throws -> Bool {
        let sql = """
            SELECT 1 FROM vector_stores
            WHERE expires_after IS NOT NULL AND expired_at IS NULL AND last_active_at + expires_after * 86400 <= ?
                AND in_progress = 0
            LIMIT 1
            """
        return try db.hasRow(sql, [time.seconds])
    }

    /// Lets stores expire whose time is over, up to `limit` of them. Those with files in progress are in use. Returns
    /// how many there were.
    package func expire(at time: Timestamp, limit: Int) throws -> Int {
        try db.run(
            """
            UPDATE vector_stores SET expired_at = ? WHERE seq IN (
                SELECT seq FROM vector_stores
                WHERE expires_after IS NOT NULL AND expired_at IS NULL
                    AND last_active_at + expires_after * 86400 <= ? AND in_progress = 0
                LIMIT ?
            )
            """,
            [time.seconds, time.seconds, limit]
        )
        return db.changesCount
    }

    // MARK: Reading

    static func store(_ row: borrowing ResultRow) -> VectorStore {
        VectorStore(
            id: Identifier(row.text(0)),
            createdAt: Timestamp(seconds: row.integer(1)),
            name: row.optionalText(2),
            description: row.optionalText(3),
            usageBytes: row.integer(4),
            fileCounts: FileCounts(
                inProgress: row.integer(5),
                completed: row.integer(6),
                failed: row.integer(7),
                cancelled: row.integer(8)
            ),
            expiration: row.optionalInteger(9).map(VectorStore.Expiration.init(days:)),
            lastActiveAt: Timestamp(seconds: row.integer(10)),
            isExpired: row.optionalInteger(11) != nil,
            metadata: row.optionalText(12).flatMap(Metadata.init(storedJSON:)) ?? Metadata()
        )
    }
}
