import AssistantsAPI
import GRDB

/// What the indexes of stores may not know yet, as rows of `vector_store_index_changes`: files that left or were stopped,
/// attributes that changed, stores that are gone. Triggers add them; they go once the index has been brought in line.
package struct VectorStoreIndexChanges {
    let db: GRDB.Database

    package struct Change: Sendable, Equatable {
        package let store: Identifier<VectorStore>
        /// Nil stands for the whole store.
        package let file: Identifier<File>?
        fileprivate let version: Int
    }

    /// What an index is to know.
    package enum Target: Sendable, Equatable {
        /// There is to be no index: the store is gone or has expired.
        case noStore
        /// It is to hold nothing of the file.
        case absent(Identifier<File>)
        case present(Identifier<File>, Attributes)
        /// Whatever there is is right, or an ingestion that is under way makes it so.
        case asItIs
    }

    /// Has it seen to that the index is in line with the database.
    package func add(_ file: Identifier<File>, of store: Identifier<VectorStore>) throws {
        try db.run(
            """
            INSERT INTO vector_store_index_changes (store_id, file_id, version) VALUES (?, ?, 1)
            ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1
            """,
            [store.rawValue, file.rawValue]
        )
    }

    /// Changes up to `limit`, in the order of their ids behind `last`.
    package func next(limit: Int, after last: Change? = nil) throws -> [Change] {
        try db.all(
            """
            SELECT store_id, file_id, version FROM vector_store_index_changes
            WHERE (store_id, file_id) > (?, ?) ORDER BY store_id, file_id LIMIT ?
            """,
            [last?.store.rawValue ?? "", last?.file?.rawValue ?? "", limit],
            Self.change
        )
    }

    /// Changes of one file, in all stores.
    package func all(of file: Identifier<File>) throws -> [Change] {
        let sql = "SELECT store_id, file_id, version FROM vector_store_index_changes WHERE file_id = ?"
        return try db.all(sql, [file.rawValue], Self.change)
    }

    /// The change of a file in a store, if there is one.
    package func all(of store: Identifier<VectorStore>, _ file: Identifier<File>) throws -> [Change] {
        try changes(of: store.rawValue, file.rawValue)
    }

    /// Changes of files that are in a store, and of those that left it.
    package func all(of store: Identifier<VectorStore>) throws -> [Change] {
        let sql = "SELECT store_id, file_id, version FROM vector_store_index_changes WHERE store_id = ?"
        return try db.all(sql, [store.rawValue], Self.change)
    }

    /// The change of a store as a whole, if there is one.
    package func whole(_ store: Identifier<VectorStore>) throws -> [Change] { try changes(of: store.rawValue, "") }

    private func changes(of store: String, _ file: String) throws -> [Change] {
        let sql = """
            SELECT store_id, file_id, version FROM vector_store_index_changes WHERE store_id = ? AND file_id = ?
            """
        return try db.all(sql, [store, file], Self.change)
    }

    package func target(of change: Change) throws -> Target {
        let store = change.store.rawValue
        guard try db.hasRow("SELECT 1 FROM vector_stores WHERE id = ? AND expired_at IS NULL", [store]) else {
            return .noStore
        }
        guard let file = change.file else { return .asItIs }
        let sql = """
            SELECT status, attributes FROM vector_store_files
            WHERE id = ? AND store = (SELECT seq FROM vector_stores WHERE id = ?)
            """
        return try db.first(sql, [file.rawValue, store]) { row in
            switch row.text(0) {
            case "completed":
                .present(file, row.optionalText(1).flatMap(Attributes.init(storedJSON:)) ?? Attributes())
            case "in_progress": .asItIs
            default: .absent(file)
            }
        } ?? .absent(file)
    }

    /// Notes that the index has been brought in line, unless there was news meanwhile.
    package func settle(_ changes: [Change]) throws {
        for change in changes {
            try db.run(
                "DELETE FROM vector_store_index_changes WHERE store_id = ? AND file_id = ? AND version = ?",
                [change.store.rawValue, change.file?.rawValue ?? "", change.version]
            )
        }
    }

    private static func change(_ row: borrowing ResultRow) -> Change {
        let file = row.text(1)
        return Change(
            store: Identifier(row.text(0)),
            file: file.isEmpty ? nil : Identifier(file),
            version: row.integer(2)
        )
    }
}
