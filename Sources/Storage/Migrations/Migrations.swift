import GRDB

/// The steps that lead from an empty file to today's tables. Only ever added to.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 conversations") { db in try db.execute(sql: conversations) }
        migrator.registerMigration("0002 assistants api") { db in try db.execute(sql: assistantsAPI) }
        migrator.registerMigration("0003 access") { db in try db.execute(sql: access) }
        migrator.registerMigration("0004 search") { db in try db.execute(sql: search) }
        migrator.registerMigration("0005 files") { db in try db.execute(sql: files) }
        migrator.registerMigration("0006 vector stores") { db in try db.execute(sql: vectorStores) }
        migrator.registerMigration("0007 embeddings") { db in try db.execute(sql: embeddings) }
        migrator.registerMigration("0008 leases") { db in try db.execute(sql: leases) }
        migrator.registerMigration(
            "0009 plain comparisons",
            foreignKeyChecks: .immediate,
            migrate: compareStatusPlainly
        )
        return migrator
    }
}
