extension Migrations {
    /// Projects, assistants, threads, messages, runs and steps.
    ///
    /// `seq` is the order of insertion: lists are sorted by it, since objects of the same second share `created_at`.
    static let conversations = """
        CREATE TABLE projects (
            id TEXT NOT NULL PRIMARY KEY,
            created_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO projects VALUES ('proj_default', unixepoch());

        CREATE TABLE write_probe (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;
        INSERT INTO write_probe VALUES (1, 0);

        CREATE TABLE assistants (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            created_at INTEGER NOT NULL,
            name TEXT,
            description TEXT,
            settings TEXT NOT NULL,
            metadata TEXT
        ) STRICT;
        CREATE INDEX assistants_of_project ON assistants (project_id, seq);

        CREATE TABLE threads (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            created_at INTEGER NOT NULL,
            metadata TEXT,
            -- Counts changes of what was said before; a prompt kept in memory is good for one value only.
            edits INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX threads_of_project ON threads (project_id, seq);

        -- What a caller sent as data, a row for each table; the newest replaces an older one of the same name.
        CREATE TABLE thread_data (
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            -- The newest message of the thread when the table came; 0 when there was none.
            after_message INTEGER NOT NULL,
            PRIMARY KEY (thread_id, name)
        ) STRICT;
        -- The figures computed from all of a thread's data, as the model reads them.
        CREATE TABLE thread_profiles (
            thread_id TEXT NOT NULL PRIMARY KEY REFERENCES threads (id) ON DELETE CASCADE,
            profile TEXT NOT NULL,
            -- Grows with each change of the data.
            revision INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
            status TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'incomplete')),
            incomplete_reason TEXT,
            content TEXT NOT NULL,
            assistant_id TEXT,
            run_id TEXT,
            metadata TEXT,
            -- Tokens of this message, and of the thread from its beginning up to and with this message.
            tokens INTEGER NOT NULL,
            tokens_through INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX messages_of_thread ON messages (thread_id, seq);

        -- Runs share the settings that they copied: one row for each version of an assistant.
        CREATE TABLE run_settings (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
        CREATE INDEX run_settings_by_hash ON run_settings (hash);

        CREATE TABLE runs (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
            assistant_id TEXT NOT NULL,
            settings_id INTEGER NOT NULL REFERENCES run_settings (id),
            created_at INTEGER NOT NULL,
            metadata TEXT,
            status TEXT NOT NULL CHECK (status IN ('queued', 'in_progress', 'requires_action', 'cancelling',
                'cancelled', 'failed', 'completed', 'incomplete', 'expired')),
            started_at INTEGER,
            expires_at INTEGER,
            ended_at INTEGER,
            -- The required action, last error or reason that belongs to the status.
            detail TEXT,
            usage TEXT,
            -- Messages that join the thread when the run begins.
            input TEXT,
            -- Grows with every claim: a worker that lost its claim can write nothing.
            fence INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX runs_of_thread ON runs (thread_id, seq);
        CREATE UNIQUE INDEX runs_at_work ON runs (thread_id)
            WHERE status IN ('in_progress', 'requires_action');
        CREATE INDEX runs_unfinished ON runs (seq)
            WHERE status IN ('queued', 'in_progress', 'requires_action', 'cancelling');

        CREATE TABLE run_steps (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            message_id TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed', 'cancelled', 'expired')),
            ended_at INTEGER,
            last_error TEXT,
            usage TEXT
        ) STRICT;
        CREATE INDEX run_steps_of_run ON run_steps (run_id, seq);
        """
}
