import AssistantsAPI
import GRDB

/// What is known of a request that came with an `Idempotency-Key`.
package struct IdempotencyRecord: Sendable, Equatable {
    package let fingerprint: String
    package let createdAt: Timestamp
    package let run: IdempotentRequest.FollowedRun?
    /// Nil when there is none yet, when it was lost with the process, and when it was a stream.
    package let answer: RememberedAnswer?
}

/// An answer as it was given.
package struct RememberedAnswer: Sendable, Equatable {
    package let status: Int
    /// A JSON object, names of headers to their values.
    package let headers: String
    package let body: String

    package init(status: Int, headers: String, body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Another process carries out a request with the same key.
package struct IdempotencyKeyTaken: Error {}

/// Requests that came with an `Idempotency-Key`, as rows of `idempotent_requests`.
package struct IdempotencyRepository {
    let db: GRDB.Database

    package func find(_ key: String, in project: ProjectID) throws -> IdempotencyRecord? {
        let sql = """
            SELECT fingerprint, created_at, thread_id, run_id, message_id, after_event, status, headers, body
            FROM idempotent_requests WHERE project_id = ? AND key = ?
            """
        return try db.first(sql, [project.rawValue, key], Self.record)
    }

    /// Writes what is known of a request by now. What an earlier write said of it stays where this one says nothing.
    ///
    /// A request that is not known by anything is not written down.
    ///
    /// Throws `IdempotencyKeyTaken` when another request holds the key.
    package func put(_ request: IdempotentRequest, answer: RememberedAnswer? = nil) throws {
        guard let fingerprint = request.fingerprint else { return }
        let sql = """
            INSERT INTO idempotent_requests (project_id, key, fingerprint, owner, created_at,
                thread_id, run_id, message_id, after_event, status, headers, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (project_id, key) DO UPDATE SET
                thread_id = coalesce(excluded.thread_id, thread_id), run_id = coalesce(excluded.run_id, run_id),
                message_id = coalesce(excluded.message_id, message_id),
                after_event = coalesce(excluded.after_event, after_event),
                status = coalesce(excluded.status, status), headers = coalesce(excluded.headers, headers),
                body = coalesce(excluded.body, body)
            WHERE owner = excluded.owner
            """
        let run = request.followedRun
        try db.run(
            sql,
            [
                request.project.rawValue, request.key, fingerprint.hexadecimal, request.owner,
                request.createdAt.seconds, run?.thread.rawValue, run?.run.rawValue, run?.message?.rawValue,
                run?.afterEvent, answer?.status, answer?.headers, answer?.body,
            ]
        )
        guard db.changesCount == 1 else { throw IdempotencyKeyTaken() }
    }

    /// Forgets a request that came to nothing, so that it can be sent again.
    package func forget(_ request: IdempotentRequest) throws {
        try db.run(
            "DELETE FROM idempotent_requests WHERE project_id = ? AND key = ? AND owner = ?",
            [request.project.rawValue, request.key, request.owner]
        )
    }

    package func forget(_ key: String, in project: ProjectID, from time: Timestamp) throws {
        try db.run(
            "DELETE FROM idempotent_requests WHERE project_id = ? AND key = ? AND created_at = ?",
            [project.rawValue, key, time.seconds]
        )
    }

    /// Removes some of the requests that came before `time`. Returns how many.
    package func purge(before time: Timestamp, limit: Int) throws -> Int {
        let sql = """
            DELETE FROM idempotent_requests WHERE seq IN
                (SELECT seq FROM idempotent_requests WHERE created_at < ? ORDER BY created_at LIMIT ?)
            """
        try db.run(sql, [time.seconds, limit])
        return db.changesCount
    }

    private static func record(_ row: borrowing ResultRow) -> IdempotencyRecord {
        var run: IdempotentRequest.FollowedRun?
        if let thread = row.optionalText(2), let id = row.optionalText(3) {
            run = IdempotentRequest.FollowedRun(
                thread: Identifier(thread),
                run: Identifier(id),
                message: row.optionalText(4).map { Identifier($0) },
                afterEvent: row.integer(5)
            )
        }
        let answer = row.optionalInteger(6).map {
            RememberedAnswer(status: $0, headers: row.text(7), body: row.text(8))
        }
        return IdempotencyRecord(
            fingerprint: row.text(0),
            createdAt: Timestamp(seconds: row.integer(1)),
            run: run,
            answer: answer
        )
    }
}
