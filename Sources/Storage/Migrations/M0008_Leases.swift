extension Migrations {
    /// Who carries which run: each process that does has a row, whose lease it renews while it has runs.
    static let leases = """
        CREATE TABLE workers (
            -- Never used again: a run of a worker that is gone is nobody's.
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            lease_until INTEGER NOT NULL
        ) STRICT;

        ALTER TABLE runs ADD COLUMN worker INTEGER;
        """
}
