import GRDB

/// The places of rows that were deleted lately, as rows of `deleted_rows`: who goes through a list page by page may
/// delete what it has seen, and goes on from there.
struct DeletedRows {
    let db: GRDB.Database

    /// The oldest are forgotten when there are more.
    private static let capacity = 10_000

    /// Notes that a row of a list was deleted from the place `sequence`.
    func add(_ id: String, table: String, scopeArgument: String, sequence: Int) throws {
        try db.run(
            "INSERT OR REPLACE INTO deleted_rows (id, list, place) VALUES (?, ?, ?)",
            [id, Self.list(table, scopeArgument), sequence]
        )
        try db.run("DELETE FROM deleted_rows WHERE seq <= ?", [Int(db.lastInsertedRowID) - Self.capacity])
    }

    func sequence(of id: String, table: String, scopeArgument: String) throws -> Int? {
        try db.first(
            "SELECT place FROM deleted_rows WHERE id = ? AND list = ?",
            [id, Self.list(table, scopeArgument)]
        ) { $0.integer(0) }
    }

    private static func list(_ table: String, _ scopeArgument: String) -> String { "\(table) \(scopeArgument)" }
}
