extension Migrations {
    /// Full-text search over messages, and threads by their metadata.
    ///
    /// A message's document is numbered by thread and message, `threads.seq * 2^32 + messages.seq`: what the index finds
    /// comes in the order of the list of threads. Documents are made some time after their messages (`SearchRepository`):
    /// those of messages up to `progress.seq` exist. As the index keeps no texts, what has to leave it is kept with the
    /// text that was indexed until it has left.
    static let search = """
        CREATE VIRTUAL TABLE message_search USING fts5 (
            terms, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '_'"
        );
        INSERT INTO progress VALUES ('search', 0);

        CREATE TABLE search_removals (
            document INTEGER PRIMARY KEY,
            project_id TEXT NOT NULL,
            content TEXT NOT NULL
        ) STRICT;

        CREATE TRIGGER thread_leaves_search BEFORE DELETE ON threads BEGIN
            INSERT OR IGNORE INTO search_removals
                SELECT OLD.seq * 4294967296 + seq, OLD.project_id, content FROM messages
                WHERE thread_id = OLD.id AND seq <= (SELECT seq FROM progress WHERE name = 'search');
        END;
        -- Not when the thread goes too: its row is gone by then.
        CREATE TRIGGER message_leaves_search BEFORE DELETE ON messages
            WHEN OLD.seq <= (SELECT seq FROM progress WHERE name = 'search')
        BEGIN
            INSERT OR IGNORE INTO search_removals
                SELECT seq * 4294967296 + OLD.seq, project_id, OLD.content FROM threads WHERE id = OLD.thread_id;
        END;
        CREATE TRIGGER message_changes_in_search BEFORE UPDATE OF seq, content ON messages
            WHEN OLD.seq <= (SELECT seq FROM progress WHERE name = 'search')
                AND (OLD.content <> NEW.content OR OLD.seq <> NEW.seq)
        BEGIN
            INSERT OR IGNORE INTO search_removals
                SELECT seq * 4294967296 + OLD.seq, project_id, OLD.content FROM threads WHERE id = OLD.thread_id;
        END;
        -- The newest messages' numbers are given again.
        CREATE TRIGGER messages_end_earlier AFTER DELETE ON messages BEGIN
            UPDATE progress SET seq = (SELECT COALESCE(MAX(seq), 0) FROM messages)
                WHERE name = 'search' AND seq > (SELECT COALESCE(MAX(seq), 0) FROM messages);
        END;

        CREATE TABLE thread_metadata (
            project_id TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            thread_seq INTEGER NOT NULL,
            PRIMARY KEY (project_id, key, value, thread_seq)
        ) STRICT, WITHOUT ROWID;
        INSERT OR IGNORE INTO thread_metadata
            SELECT threads.project_id, pair.key, pair.value, threads.seq
            FROM threads, json_each(threads.metadata) AS pair WHERE threads.metadata IS NOT NULL;
        CREATE TRIGGER thread_metadata_begins AFTER INSERT ON threads WHEN NEW.metadata IS NOT NULL BEGIN
            INSERT OR IGNORE INTO thread_metadata
                SELECT NEW.project_id, key, value, NEW.seq FROM json_each(NEW.metadata);
        END;
        CREATE TRIGGER thread_metadata_changes AFTER UPDATE OF metadata ON threads BEGIN
            DELETE FROM thread_metadata WHERE (project_id, key, value, thread_seq) IN
                (SELECT OLD.project_id, key, value, OLD.seq FROM json_each(OLD.metadata));
            INSERT OR IGNORE INTO thread_metadata
                SELECT NEW.project_id, key, value, NEW.seq FROM json_each(NEW.metadata);
        END;
        CREATE TRIGGER thread_metadata_ends AFTER DELETE ON threads WHEN OLD.metadata IS NOT NULL BEGIN
            DELETE FROM thread_metadata WHERE (project_id, key, value, thread_seq) IN
                (SELECT OLD.project_id, key, value, OLD.seq FROM json_each(OLD.metadata));
        END;
        """
}
