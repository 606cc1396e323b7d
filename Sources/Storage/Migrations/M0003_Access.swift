extension Migrations {
    /// Names of projects, keys, and requests that carried an `Idempotency-Key`.
    static let access = """
        ALTER TABLE projects ADD COLUMN name TEXT;
        UPDATE projects SET name = CASE id WHEN 'proj_default' THEN 'default' ELSE id END;
        CREATE UNIQUE INDEX projects_by_name ON projects (name);

        CREATE TABLE api_keys (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            role TEXT NOT NULL CHECK (role IN ('admin', 'user', 'facade')),
            label TEXT NOT NULL,
            -- SHA-256 of the key, in hexadecimal. The key itself is stored nowhere.
            digest TEXT NOT NULL UNIQUE,
            -- Its last characters, by which people recognise it.
            ending TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER,
            revoked_at INTEGER
        ) STRICT;

        -- A row comes with the first change that the request makes, in the same transaction, or with its answer.
        CREATE TABLE idempotent_requests (
            seq INTEGER PRIMARY KEY,
            project_id TEXT NOT NULL REFERENCES projects (id),
            key TEXT NOT NULL,
            -- SHA-256 of method, path, query and body.
            fingerprint TEXT NOT NULL,
            -- The request that carried it out.
            owner TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            -- The run that a repeat follows, the message that asked for it, and the run's event before the answer.
            thread_id TEXT,
            run_id TEXT,
            message_id TEXT,
            after_event INTEGER,
            -- The answer; NULL as long as there is none, and where it was a stream.
            status INTEGER,
            headers TEXT,
            body TEXT,
            UNIQUE (project_id, key)
        ) STRICT;
        CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);
        """
}
