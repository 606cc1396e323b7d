import AssistantsAPI
import GRDB

/// What callers sent as data beside their messages, as rows of `thread_data` and `thread_profiles`.
package struct ThreadDataRepository {
    let db: GRDB.Database

    /// A table of a thread's data: its name and its JSON text.
    package struct Table: Sendable, Equatable {
        package var name: String
        package var json: String
        /// The place of the thread's newest message when the table came; 0 when there was none, or it is not stored yet.
        package var afterMessage: Int

        package init(name: String, json: String, afterMessage: Int = 0) {
            self.name = name
            self.json = json
            self.afterMessage = afterMessage
        }
    }

    /// Stores tables, each in place of an older one of the same name, and the profile of all of them, which was computed
    /// from the data of `revision`. Throws `DataHasChanged` when that is not the newest any more.
    package func put(
        _ tables: [Table],
        profile: String,
        basedOn revision: Int,
        of thread: Identifier<AssistantThread>
    ) throws {
        guard try self.revision(of: thread) == revision else { throw DataHasChanged() }
        for table in tables {
            try db.run(
                """
                INSERT INTO thread_data (thread_id, name, body, after_message)
                VALUES (?, ?, ?, (SELECT COALESCE(MAX(seq), 0) FROM messages WHERE thread_id = ?))
                ON CONFLICT (thread_id, name)
                    DO UPDATE SET body = excluded.body, after_message = excluded.after_message
                """,
                [thread.rawValue, table.name, table.json, thread.rawValue]
            )
        }
        try db.run(
            """
            INSERT INTO thread_profiles (thread_id, profile, revision) VALUES (?, ?, ?)
            ON CONFLICT (thread_id) DO UPDATE SET profile = excluded.profile, revision = excluded.revision
            """,
            [thread.rawValue, profile, revision + 1]
        )
    }

    /// How often the thread's data was changed.
    package func revision(of thread: Identifier<AssistantThread>) throws -> Int {
        try db.first("SELECT revision FROM thread_profiles WHERE thread_id = ?", [thread.rawValue]) { $0.integer(0) }
            ?? 0
    }

    package func tables(of thread: Identifier<AssistantThread>) throws -> [Table] {
        try db.all(
            "SELECT name, body, after_message FROM thread_data WHERE thread_id = ? ORDER BY after_message, name",
            [thread.rawValue]
        ) { Table(name: $0.text(0), json: $0.text(1), afterMessage: $0.integer(2)) }
    }

    /// Nil when the thread has no data.
    package func profile(of thread: Identifier<AssistantThread>) throws -> String? {
        try db.first("SELECT profile FROM thread_profiles WHERE thread_id = ?", [thread.rawValue]) { $0.text(0) }
    }
}

/// Somebody else changed a thread's data while figures were computed from it.
package struct DataHasChanged: Error, Equatable {
    package init() {}
}
