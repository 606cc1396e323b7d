import GRDB

extension Migrations {
    /// Rules on a status as comparisons. SQLite makes a temporary table of a list (`IN`) of more than two values whenever a row
    /// is held against it; for a run that was eight times, and more work than storing it.
    ///
    /// The rules stay the same, and so do the rows. The text of a `CHECK` is therefore changed where it is kept, as SQLite's
    /// documentation on ALTER TABLE describes for changes of this kind.
    static func compareStatusPlainly(_ db: GRDB.Database) throws {
        try db.execute(
            sql: """
                DROP INDEX runs_unfinished;
                CREATE INDEX runs_unfinished ON runs (thread_id, seq) WHERE \(RunRepository.isUnfinished);
                """
        )
        let version = try Int.fetchOne(db, sql: "PRAGMA schema_version") ?? 0
        try db.execute(sql: "PRAGMA writable_schema = ON")
        for table in ["messages", "runs", "run_steps"] {
            let find = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
            guard let sql = try String.fetchOne(db, sql: find, arguments: [table]) else { continue }
            try db.execute(
                sql: "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
                arguments: [comparingStatusPlainly(sql), table]
            )
        }
        try db.execute(sql: "PRAGMA schema_version = \(version + 1); PRAGMA writable_schema = RESET")
    }

    private static func comparingStatusPlainly(_ sql: String) -> String {
        sql.replacing(/status IN \(([^)]+)\)/) { list in
            list.1.split(separator: ",").map { "status = " + $0.trimmingPrefix(while: \.isWhitespace) }
                .joined(separator: " OR ")
        }
    }
}
