import AssistantsAPI
import GRDB

/// The right to ingest a file into a store. It is good until someone else has it, or until the file is taken out of the
/// store or its ingestion is cancelled.
package struct IngestionClaim: Sendable, Equatable {
    let sequence: Int
    let fence: Int
    package let file: Identifier<File>
    package let store: Identifier<VectorStore>
    package let project: ProjectID
    package let chunking: ChunkingStrategy
    /// As they were when the claim was made.
    package let attributes: Attributes
    /// Which attempt it is, from 1. Those that ended with their process count.
    package let attempt: Int
}

extension VectorStoreFileRepository {
    private static let living = "SELECT workers.id FROM workers WHERE lease_until > unixepoch()"
    /// Projects that one claim looks at; the next claim goes on behind them.
    private static let projectsAtOnce = 64

    /// Claims up to `limit` files that wait to be ingested. Each goes to the project that has the fewest at work then.
    ///
    /// - Parameters:
    ///   - running: how many files of which project this process has at work.
    ///   - now: in milliseconds since 1970.
    ///   - last: the project that was looked at last, for the next one to begin behind it.
    package func claim(
        limit: Int,
        running: [ProjectID: Int],
        now: Int,
        after last: inout ProjectID
    ) throws -> [IngestionClaim] {
        try lease.renewIfDue(db)
        let projects = try waitingProjects(after: last)
        guard let newLast = projects.last else { return [] }
        last = newLast
        var queues: [(project: ProjectID, load: Int, waiting: ArraySlice<Int>)] = []
        for project in projects {
            let waiting = try waitingFiles(of: project, now: now, limit: limit)
            if !waiting.isEmpty { queues.append((project, running[project] ?? 0, waiting[...])) }
        }
        var claims: [IngestionClaim] = []
        while claims.count < limit, let next = queues.indices.min(by: { queues[$0].load < queues[$1].load }) {
            guard let sequence = queues[next].waiting.popFirst() else {
                queues.remove(at: next)
                continue
            }
            queues[next].load += 1
            if let claim = try claim(at: sequence) { claims.append(claim) }
        }
        return claims
    }

    /// Projects with files in progress, each found by a step in the index: those behind `last` first.
    private func waitingProjects(after last: ProjectID) throws -> [ProjectID] {
        let sql = """
            WITH RECURSIVE waiting (project) AS (
                SELECT MIN(project_id) FROM vector_store_files WHERE status = 'in_progress' AND project_id > ?
                UNION ALL
                SELECT (SELECT MIN(project_id) FROM vector_store_files
                    WHERE status = 'in_progress' AND project_id > project)
                FROM waiting WHERE project IS NOT NULL
            )
            SELECT project FROM waiting WHERE project IS NOT NULL LIMIT ?
            """
        let behind = try db.all(sql, [last.rawValue, Self.projectsAtOnce]) { ProjectID($0.text(0)) }
        guard behind.count < Self.projectsAtOnce else { return behind }
        let fromBeginning = try db.all(sql, ["", Self.projectsAtOnce - behind.count]) { ProjectID($0.text(0)) }
        return behind + fromBeginning.prefix { !behind.contains($0) }
    }

    private func waitingFiles(of project: ProjectID, now: Int, limit: Int) throws -> [Int] {
        let sql = """
            SELECT seq FROM vector_store_files
            WHERE status = 'in_progress' AND project_id = ? AND due_at <= ?
                AND (worker IS NULL OR worker NOT IN (\(Self.living)))
            ORDER BY due_at, seq LIMIT ?
            """
        return try db.all(sql, [project.rawValue, now, limit]) { $0.integer(0) }
    }

    private func claim(at sequence: Int) throws -> IngestionClaim? {
        try db.run(
            "UPDATE vector_store_files SET worker = ?, fence = fence + 1, attempts = attempts + 1 WHERE seq = ?",
            [lease.worker, sequence]
        )
        let sql = """
            SELECT vector_store_files.id, vector_stores.id, vector_store_files.project_id, chunk_tokens, overlap_tokens,
                attributes, attempts, fence
            FROM vector_store_files JOIN vector_stores ON vector_stores.seq = store
            WHERE vector_store_files.seq = ?
            """
        return try db.first(sql, [sequence]) { row in
            IngestionClaim(
                sequence: sequence,
                fence: row.integer(7),
                file: Identifier(row.text(0)),
                store: Identifier(row.text(1)),
                project: ProjectID(row.text(2)),
                chunking: ChunkingStrategy(maximumTokens: row.integer(3), overlapTokens: row.integer(4)),
                attributes: row.optionalText(5).flatMap(Attributes.init(storedJSON:)) ?? Attributes(),
                attempt: row.integer(6)
            )
        }
    }

    /// Whether a claim is still good.
    package func isGood(_ claim: IngestionClaim) throws -> Bool {
        try db.hasRow("SELECT 1 FROM vector_store_files WHERE \(Self.claimed)", [claim.sequence, claim.fence])
    }

    /// Ends an ingestion well, unless the file's attributes are not those that the index has: then it returns what they
    /// are, and is to be called again when the index has them. Throws `LostClaim`.
    package func complete(
        _ claim: IngestionClaim,
        usageBytes: Int,
        indexed: Attributes
    ) throws -> Attributes? {
        let sql = "SELECT attributes FROM vector_store_files WHERE \(Self.claimed)"
        let found = try db.first(sql, [claim.sequence, claim.fence]) { $0.optionalText(0) }
        guard let found else { throw LostClaim() }
        let attributes = found.flatMap(Attributes.init(storedJSON:)) ?? Attributes()
        guard attributes == indexed else { return attributes }
        try db.run(
            "UPDATE vector_store_files SET status = 'completed', usage_bytes = ?, worker = NULL WHERE \(Self.claimed)",
            [usageBytes, claim.sequence, claim.fence]
        )
        try noteActivity(claim)
        return nil
    }

    /// Ends an ingestion badly. Throws `LostClaim`.
    package func fail(_ claim: IngestionClaim, _ error: VectorStoreFile.LastError) throws {
        try db.run(
            """
            UPDATE vector_store_files SET status = 'failed', error_code = ?, error_message = ?, worker = NULL
            WHERE \(Self.claimed)
            """,
            [error.code.rawValue, error.message, claim.sequence, claim.fence]
        )
        guard db.changesCount == 1 else { throw LostClaim() }
        try noteActivity(claim)
    }

    /// Gives a file back, to be ingested from `time` (milliseconds since 1970) on. Throws `LostClaim`.
    ///
    /// - Parameter counts: whether the attempt counts.
    package func postpone(_ claim: IngestionClaim, until time: Int, counts: Bool) throws {
        try db.run(
            """
            UPDATE vector_store_files SET worker = NULL, due_at = ?, attempts = attempts - ? WHERE \(Self.claimed)
            """,
            [time, counts ? 0 : 1, claim.sequence, claim.fence]
        )
        guard db.changesCount == 1 else { throw LostClaim() }
    }

    private static let claimed = "seq = ? AND fence = ? AND status = 'in_progress'"

    private func noteActivity(_ claim: IngestionClaim) throws {
        try db.run(
            "UPDATE vector_stores SET last_active_at = MAX(last_active_at, unixepoch()) WHERE id = ?",
            [claim.store.rawValue]
        )
    }

    /// Whether a file waits to be ingested that is due at `now`, in milliseconds since 1970.
    package func isWork(due now: Int) throws -> Bool {
        let sql = """
            SELECT 1 FROM vector_store_files
            WHERE status = 'in_progress' AND due_at <= ? AND (worker IS NULL OR worker NOT IN (\(Self.living))) LIMIT 1
            """
        return try db.hasRow(sql, [now])
    }

    /// Renews this process's lease on what it has claimed; to be called every few seconds while it has something.
    package func renewLease() throws { try lease.renewIfDue(db) }
}
