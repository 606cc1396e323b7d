/// A column of a table's file as SQLite is told of it.
struct DeclaredColumn: Sendable {
    let name: String
    /// Its type, and whether only queries that name it see it.
    let declaration: String
}
