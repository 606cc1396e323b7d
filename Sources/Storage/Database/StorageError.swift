/// Why the store could not do what it was asked. `reason` is for logs and the health check, not for callers.
package enum StorageError: Error, Sendable, CustomStringConvertible {
    /// Another process has the data directory open.
    case inUse(path: String)
    /// The database cannot be opened, read or written.
    case unavailable(reason: String)
    /// So many reads or writes wait that another one is refused.
    case overloaded
    /// A stored row does not have the form that it was written in.
    case corrupt(table: String, id: String)

    package var description: String {
        switch self {
        case .inUse(let path): "another server has the data directory \(path) open"
        case .unavailable(let reason): reason
        case .overloaded: "too many reads or writes are waiting for the disk"
        case .corrupt(let table, let id): "the row \(id) of table \(table) cannot be read"
        }
    }
}
