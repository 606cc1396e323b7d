extension Migrations {
    /// Files and uploads. Their bytes are beside the database, under their digests.
    static let files = """
        CREATE TABLE files (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            created_at INTEGER NOT NULL,
            filename TEXT NOT NULL,
            purpose TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            -- SHA-256 of the bytes.
            content TEXT NOT NULL,
            expires_at INTEGER
        ) STRICT;
        CREATE INDEX files_of_project ON files (project_id, seq);
        CREATE INDEX files_of_purpose ON files (project_id, purpose, seq);
        CREATE INDEX files_by_content ON files (content);
        CREATE INDEX files_by_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;

        CREATE TABLE uploads (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            created_at INTEGER NOT NULL,
            filename TEXT NOT NULL,
            purpose TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'cancelled', 'expired')),
            expires_at INTEGER NOT NULL,
            file_lifetime INTEGER
        ) STRICT;
        CREATE INDEX uploads_by_expiry ON uploads (expires_at) WHERE status = 'pending';

        CREATE TABLE upload_parts (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            content TEXT NOT NULL
        ) STRICT;
        CREATE INDEX upload_parts_of_upload ON upload_parts (upload_id, seq);
        CREATE INDEX upload_parts_by_content ON upload_parts (content);
        """
}
