import AssistantsAPI
import GRDB

/// Objects of a dump between reading and storing: they come in any order, and may need each other.
///
/// The tables exist during an import alone; one that was broken off leaves them to the next.
package struct ImportRepository {
    let db: GRDB.Database

    package func begin() throws {
        try end()
        try db.execute(
            sql: """
                CREATE TABLE import_objects (
                    seq INTEGER PRIMARY KEY,
                    kind INTEGER NOT NULL,
                    id TEXT NOT NULL,
                    parent TEXT NOT NULL,
                    created_at INTEGER NOT NULL,
                    rank INTEGER NOT NULL,
                    file INTEGER NOT NULL,
                    line INTEGER NOT NULL,
                    object INTEGER NOT NULL,
                    body TEXT NOT NULL,
                    UNIQUE (kind, id)
                ) STRICT;
                CREATE INDEX import_objects_in_order ON import_objects (kind, parent, created_at, rank);
                """
        )
    }

    package func end() throws { try db.execute(sql: "DROP TABLE IF EXISTS import_objects") }

    /// Takes objects. Of several with one id the last one read counts, at the place of the first.
    package func stage(_ objects: [StagedObject]) throws {
        for object in objects {
            try db.run(
                """
                INSERT INTO import_objects (kind, id, parent, created_at, rank, file, line, object, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, id) DO UPDATE SET parent = excluded.parent, created_at = excluded.created_at,
                    file = excluded.file, line = excluded.line, object = excluded.object, body = excluded.body
                """,
                [
                    object.kind.rawValue, object.id, object.parent, object.createdAt.seconds, object.rank,
                    object.origin.file, object.origin.line, object.origin.object, object.body,
                ]
            )
        }
    }

    /// Lets go of the objects of a parent, which are stored or refused: what they took is free for what is stored.
    package func remove(_ kind: StagedObject.Kind, of parent: String) throws {
        try db.run("DELETE FROM import_objects WHERE kind = ? AND parent = ?", [kind.rawValue, parent])
    }

    /// Lets go of objects without a parent.
    package func remove(_ objects: [StagedObject]) throws {
        for object in objects {
            try db.run("DELETE FROM import_objects WHERE kind = ? AND id = ?", [object.kind.rawValue, object.id])
        }
    }

    /// Turns the order of a file's objects of one kind round: it lists the oldest first.
    package func reverse(_ kind: StagedObject.Kind, of file: Int) throws {
        try db.run(
            "UPDATE import_objects SET rank = -rank WHERE kind = ? AND file = ?",
            [kind.rawValue, file]
        )
    }

    /// Adds the threads that messages and runs name and that are neither in the dump nor stored: no list of threads could
    /// be had from the service. Each is as old as the oldest of what it holds. Returns how many there are.
    package func addMissingThreads() throws -> Int {
        try db.run(
            """
            INSERT INTO import_objects (kind, id, parent, created_at, rank, file, line, object, body)
            SELECT 1, parent, '', MIN(created_at), MIN(rank), file, line, object, '' FROM import_objects
            WHERE kind IN (2, 3) AND parent NOT IN (SELECT id FROM import_objects WHERE kind = 1)
            GROUP BY parent
            """
        )
        return db.changesCount
    }

    /// A place in the order of objects without a parent.
    package struct Place: Sendable, Equatable {
        let createdAt: Timestamp
        let rank: Int

        package init(_ object: StagedObject) {
            createdAt = object.createdAt
            rank = object.rank
        }
    }

    /// The next objects without a parent behind `place`, of those that were created from one time on and before another.
    package func roots(
        _ kind: StagedObject.Kind,
        from start: Timestamp?,
        below end: Timestamp?,
        behind place: Place?,
        ascending: Bool,
        limit: Int
    ) throws -> [StagedObject] {
        let direction = ascending ? "ASC" : "DESC"
        let beginning = ascending ? Int.min : Int.max
        return try db.all(
            Self.columns + """
                 WHERE kind = ? AND parent = '' AND created_at >= ? AND created_at < ?
                    AND (created_at, rank) \(ascending ? ">" : "<") (?, ?)
                ORDER BY created_at \(direction), rank \(direction) LIMIT ?
                """,
            [
                kind.rawValue, start?.seconds ?? Int.min, end?.seconds ?? Int.max,
                place?.createdAt.seconds ?? beginning, place?.rank ?? beginning, limit,
            ],
            Self.object
        )
    }

    /// Names behind `parent` under which there are objects of a kind.
    package func parents(of kind: StagedObject.Kind, after parent: String, limit: Int) throws -> [String] {
        try db.all(
            """
            SELECT DISTINCT parent FROM import_objects WHERE kind = ? AND parent > ? ORDER BY parent LIMIT ?
            """,
            [kind.rawValue, parent, limit]
        ) { $0.text(0) }
    }

    /// Goes through the objects of a parent, oldest first.
    package func forEach(
        _ kind: StagedObject.Kind,
        of parent: String,
        _ body: (StagedObject) throws -> Void
    ) throws {
        let sql = Self.columns + " WHERE kind = ? AND parent = ? ORDER BY created_at, rank"
        try db.forEach(sql, [kind.rawValue, parent]) { row in
            try body(Self.object(row))
            return true
        }
    }

    static let columns =
        "SELECT kind, id, parent, created_at, rank, file, line, object, body FROM import_objects"

    static func object(_ row: borrowing ResultRow) -> StagedObject {
        StagedObject(
            kind: StagedObject.Kind(rawValue: row.integer(0)) ?? .assistant,
            id: row.text(1),
            parent: row.text(2),
            createdAt: Timestamp(seconds: row.integer(3)),
            rank: row.integer(4),
            origin: StagedObject.Origin(file: row.integer(5), line: row.integer(6), object: row.integer(7)),
            body: row.text(8)
        )
    }
}
