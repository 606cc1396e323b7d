import DataTables
import Storage

/// Data that tables are made of: a file, or a table that came with the conversation.
struct TableData: Sendable {
    /// What tells it from other data. What has the same key becomes the same tables.
    enum Key: Hashable, Sendable {
        case file(Digest, name: String)
        case text(Digest, name: String, origin: String)
    }

    let key: Key
    /// Several for a workbook.
    var sources: [DataSource] = []
    /// What of it cannot be read, in words.
    var faults: [String] = []

    init(_ key: Key) { self.key = key }

    /// What came with the conversation.
    init(_ source: DataSource) {
        switch source.content {
        case .text(let text): key = .text(Digest(of: text), name: source.name, origin: source.origin)
        case .file(let path): key = .text(Digest(of: path), name: source.name, origin: source.origin)
        }
        sources = [source]
    }

    /// The tables that it became.
    struct Made: Sendable {
        var tables: [LoadedTables] = []
        var faults: [String] = []
        /// Whether there was room for all of it.
        var isComplete = true
    }
}
