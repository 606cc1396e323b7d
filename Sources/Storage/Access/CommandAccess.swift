import GRDB

/// Access to the store for a command of a moment, be it that a server runs on it.
package enum CommandAccess {
    /// Runs `body` in a transaction of its own and returns when that is on disk. It blocks: not for a server's tasks.
    ///
    /// Where no server runs, folder and tables are made or brought up to date first. Where one does, it has done that.
    package static func write<Value>(
        in path: String,
        _ body: (Connection) throws -> Value
    ) throws -> Value {
        let directory = try lock(path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        do {
            let queue = try DatabaseQueue(path: "\(path)/\(DataDirectory.databaseName)", configuration: configuration)
            if directory != nil { try Migrations.migrator.migrate(queue) }
            guard try queue.read(Migrations.migrator.hasCompletedMigrations) else {
                throw StorageError.unavailable(
                    reason: "the server that runs on \(path) is of another version; restart it with this one"
                )
            }
            let value = try queue.write { try body(Connection($0, RunSettingsCache(), .none)) }
            try queue.close()
            return value
        } catch let error as DatabaseError {
            throw StorageError.unavailable(reason: "SQLite: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Nil when a server holds the lock.
    private static func lock(_ path: String) throws -> DataDirectory? {
        do {
            return try DataDirectory(path: path)
        } catch StorageError.inUse {
            return nil
        }
    }
}
