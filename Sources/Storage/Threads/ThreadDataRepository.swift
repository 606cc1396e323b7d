import AssistantsAPI
import GRDB

/// What callers sent as data beside their messages, as rows of `thread_data` and `thread_profiles`.
package struct ThreadDataRepository {
    let db: GRDB.Database

    /// A table of a thread's data: its name and its JSON text.
    package struct Table: Sendable, Equatable {
        package var name: String
        package var json: String

        package init(name: String, json: String) {
            self.name = name
            self.json = json
        }
    }

    /// Stores tables, each in place of an older one of the same name, and the profile of all of them.
    package func put(_ tables: [Table], profile: String, of thread: Identifier<AssistantThread>) throws {
        for table in tables {
            try db.run(
                """
                INSERT INTO thread_data (thread_id, name, body) VALUES (?, ?, ?)
                ON CONFLICT (thread_id, name) DO UPDATE SET body = excluded.body
                """,
                [thread.rawValue, table.name, table.json]
            )
        }
        try db.run(
            """
            INSERT INTO thread_profiles (thread_id, profile) VALUES (?, ?)
            ON CONFLICT (thread_id) DO UPDATE SET profile = excluded.profile
            """,
            [thread.rawValue, profile]
        )
    }

    package func tables(of thread: Identifier<AssistantThread>) throws -> [Table] {
        try db.all(
            "SELECT name, body FROM thread_data WHERE thread_id = ? ORDER BY name",
            [thread.rawValue]
        ) { Table(name: $0.text(0), json: $0.text(1)) }
    }

    /// Nil when the thread has no data.
    package func profile(of thread: Identifier<AssistantThread>) throws -> String? {
        try db.first("SELECT profile FROM thread_profiles WHERE thread_id = ?", [thread.rawValue]) { $0.text(0) }
    }
}
