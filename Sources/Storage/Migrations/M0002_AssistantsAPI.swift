extension Migrations {
    /// What the whole Assistants API needs beside conversations: tools, their calls, attachments, events of runs.
    static let assistantsAPI = """
        ALTER TABLE threads ADD COLUMN tool_resources TEXT;

        ALTER TABLE messages ADD COLUMN attachments TEXT;
        -- When it was complete or cut short, if not when it was created.
        ALTER TABLE messages ADD COLUMN ended_at INTEGER;

        -- What the run has told so far, as RunRecord writes it; NULL once its time is over.
        ALTER TABLE runs ADD COLUMN events TEXT;
        DROP INDEX runs_unfinished;
        CREATE INDEX runs_unfinished ON runs (thread_id, seq)
            WHERE status IN ('queued', 'in_progress', 'requires_action', 'cancelling');

        CREATE TABLE run_steps_with_calls (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            message_id TEXT,
            tool_calls TEXT,
            -- The thinking that led to the calls.
            reasoning TEXT,
            status TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed', 'cancelled', 'expired')),
            ended_at INTEGER,
            last_error TEXT,
            usage TEXT,
            CHECK ((message_id IS NULL) <> (tool_calls IS NULL))
        ) STRICT;
        INSERT INTO run_steps_with_calls (seq, id, run_id, created_at, message_id, status, ended_at, last_error, usage)
            SELECT seq, id, run_id, created_at, message_id, status, ended_at, last_error, usage FROM run_steps;
        DROP TABLE run_steps;
        ALTER TABLE run_steps_with_calls RENAME TO run_steps;
        CREATE INDEX run_steps_of_run ON run_steps (run_id, seq);

        -- Where deleted rows stood in their lists, the newest some thousands.
        CREATE TABLE deleted_rows (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            list TEXT NOT NULL,
            place INTEGER NOT NULL
        ) STRICT;

        -- How far work that goes through a table bit by bit has come.
        CREATE TABLE progress (name TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
        """
}
