/// The tables that a source became. Another builder takes them over as they are, as long as their folder is there.
package struct LoadedTables: Sendable {
    /// Where the tables are when their builder has finished.
    let folder: String
    let tables: [Table]

    /// Where they come from, in the words of their descriptions.
    package var origin: String { tables.first?.description.source ?? "" }

    struct Table: Sendable {
        /// The name that it would have if no other table had it.
        let wantedName: String
        let description: TableDescription
        /// The name of its file without `.columns`.
        let file: String
        let columns: [DeclaredColumn]
        let bytes: Int

        init(_ loaded: TableLoader.Loaded, wantedName: String, file: String) {
            self.wantedName = wantedName
            self.file = file
            description = loaded.description
            columns = loaded.columns
            bytes = loaded.bytes
        }

        init(copying other: Table, as description: TableDescription, file: String) {
            wantedName = other.wantedName
            columns = other.columns
            bytes = other.bytes
            self.description = description
            self.file = file
        }
    }
}
