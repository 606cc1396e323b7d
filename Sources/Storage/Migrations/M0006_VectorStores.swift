extension Migrations {
    /// Vector stores, the files in them with the state of their ingestion, and batches of files.
    ///
    /// Triggers count, so that the counts of stores and batches agree with the states of files by construction. What is
    /// searched lies in a file of its own for each store; `vector_store_index_changes` names what in it may differ from
    /// these tables until it is seen to.
    static let vectorStores = """
        CREATE TABLE vector_stores (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            project_id TEXT NOT NULL REFERENCES projects (id),
            created_at INTEGER NOT NULL,
            name TEXT,
            description TEXT,
            -- Days that it lives after it was active last; NULL when it lives for ever.
            expires_after INTEGER,
            last_active_at INTEGER NOT NULL,
            expired_at INTEGER,
            metadata TEXT,
            in_progress INTEGER NOT NULL DEFAULT 0,
            completed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            cancelled INTEGER NOT NULL DEFAULT 0,
            usage_bytes INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX vector_stores_of_project ON vector_stores (project_id, seq);
        CREATE INDEX vector_stores_by_expiry ON vector_stores (last_active_at + expires_after * 86400)
            WHERE expires_after IS NOT NULL AND expired_at IS NULL;

        CREATE TABLE vector_store_files (
            seq INTEGER PRIMARY KEY,
            store INTEGER NOT NULL REFERENCES vector_stores (seq) ON DELETE CASCADE,
            -- The file's id, which is also the id of its place in the store.
            id TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
            project_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'failed', 'cancelled')),
            usage_bytes INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error_message TEXT,
            chunk_tokens INTEGER NOT NULL,
            overlap_tokens INTEGER NOT NULL,
            attributes TEXT,
            -- Times that its ingestion was begun.
            attempts INTEGER NOT NULL DEFAULT 0,
            -- Milliseconds since 1970 before which it is not begun again.
            due_at INTEGER NOT NULL DEFAULT 0,
            worker INTEGER,
            -- Grows with every claim: an ingestion that lost its claim can write nothing.
            fence INTEGER NOT NULL DEFAULT 0,
            UNIQUE (store, id),
            CHECK ((status = 'failed') = (error_code IS NOT NULL)),
            CHECK (status = 'completed' OR usage_bytes = 0)
        ) STRICT;
        CREATE INDEX vector_store_files_of_store ON vector_store_files (store, seq);
        CREATE INDEX vector_store_files_by_id ON vector_store_files (id);
        CREATE INDEX vector_store_files_in_progress ON vector_store_files (project_id, due_at, seq)
            WHERE status = 'in_progress';

        CREATE TABLE vector_store_file_batches (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            store INTEGER NOT NULL REFERENCES vector_stores (seq) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL DEFAULT 0,
            in_progress INTEGER NOT NULL DEFAULT 0,
            completed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            cancelled INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX vector_store_file_batches_of_store ON vector_store_file_batches (store);
        -- A file can be given to its store more than once, and so be of more than one batch.
        CREATE TABLE vector_store_batch_files (
            batch INTEGER NOT NULL REFERENCES vector_store_file_batches (seq) ON DELETE CASCADE,
            file INTEGER NOT NULL REFERENCES vector_store_files (seq) ON DELETE CASCADE,
            PRIMARY KEY (batch, file)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX vector_store_batch_files_by_file ON vector_store_batch_files (file);

        -- What the index of a store may not know yet. An empty `file_id` stands for the whole store.
        CREATE TABLE vector_store_index_changes (
            store_id TEXT NOT NULL,
            file_id TEXT NOT NULL,
            -- Grows when there is news while older news is seen to.
            version INTEGER NOT NULL,
            PRIMARY KEY (store_id, file_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER vector_store_file_joins AFTER INSERT ON vector_store_files BEGIN
            UPDATE vector_stores SET
                in_progress = in_progress + (NEW.status = 'in_progress'),
                completed = completed + (NEW.status = 'completed'),
                failed = failed + (NEW.status = 'failed'),
                cancelled = cancelled + (NEW.status = 'cancelled'),
                usage_bytes = usage_bytes + NEW.usage_bytes
            WHERE seq = NEW.store;
        END;
        CREATE TRIGGER vector_store_file_changes AFTER UPDATE OF status, usage_bytes ON vector_store_files BEGIN
            UPDATE vector_stores SET
                in_progress = in_progress + (NEW.status = 'in_progress') - (OLD.status = 'in_progress'),
                completed = completed + (NEW.status = 'completed') - (OLD.status = 'completed'),
                failed = failed + (NEW.status = 'failed') - (OLD.status = 'failed'),
                cancelled = cancelled + (NEW.status = 'cancelled') - (OLD.status = 'cancelled'),
                usage_bytes = usage_bytes + NEW.usage_bytes - OLD.usage_bytes
            WHERE seq = NEW.store;
            UPDATE vector_store_file_batches SET
                in_progress = in_progress + (NEW.status = 'in_progress') - (OLD.status = 'in_progress'),
                completed = completed + (NEW.status = 'completed') - (OLD.status = 'completed'),
                failed = failed + (NEW.status = 'failed') - (OLD.status = 'failed'),
                cancelled = cancelled + (NEW.status = 'cancelled') - (OLD.status = 'cancelled')
            WHERE seq IN (SELECT batch FROM vector_store_batch_files WHERE file = NEW.seq);
        END;
        CREATE TRIGGER vector_store_file_leaves BEFORE DELETE ON vector_store_files BEGIN
            UPDATE vector_stores SET
                in_progress = in_progress - (OLD.status = 'in_progress'),
                completed = completed - (OLD.status = 'completed'),
                failed = failed - (OLD.status = 'failed'),
                cancelled = cancelled - (OLD.status = 'cancelled'),
                usage_bytes = usage_bytes - OLD.usage_bytes
            WHERE seq = OLD.store;
            UPDATE vector_store_file_batches SET
                in_progress = in_progress - (OLD.status = 'in_progress'),
                completed = completed - (OLD.status = 'completed'),
                failed = failed - (OLD.status = 'failed'),
                cancelled = cancelled - (OLD.status = 'cancelled')
            WHERE seq IN (SELECT batch FROM vector_store_batch_files WHERE file = OLD.seq);
            -- Of a store that goes as a whole nothing is found here any more.
            INSERT INTO vector_store_index_changes (store_id, file_id, version)
                SELECT id, OLD.id, 1 FROM vector_stores WHERE seq = OLD.store
                ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1;
        END;
        CREATE TRIGGER vector_store_batch_grows AFTER INSERT ON vector_store_batch_files BEGIN
            UPDATE vector_store_file_batches SET (in_progress, completed, failed, cancelled) = (
                SELECT vector_store_file_batches.in_progress + (status = 'in_progress'),
                    vector_store_file_batches.completed + (status = 'completed'),
                    vector_store_file_batches.failed + (status = 'failed'),
                    vector_store_file_batches.cancelled + (status = 'cancelled')
                FROM vector_store_files WHERE seq = NEW.file
            ) WHERE seq = NEW.batch;
        END;

        CREATE TRIGGER vector_store_file_stops AFTER UPDATE OF status ON vector_store_files
            WHEN NEW.status IN ('failed', 'cancelled') AND OLD.status <> NEW.status
        BEGIN
            INSERT INTO vector_store_index_changes (store_id, file_id, version)
                SELECT id, NEW.id, 1 FROM vector_stores WHERE seq = NEW.store
                ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1;
        END;
        CREATE TRIGGER vector_store_file_is_described AFTER UPDATE OF attributes ON vector_store_files
            WHEN NEW.attributes IS NOT OLD.attributes
        BEGIN
            INSERT INTO vector_store_index_changes (store_id, file_id, version)
                SELECT id, NEW.id, 1 FROM vector_stores WHERE seq = NEW.store
                ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1;
        END;
        CREATE TRIGGER vector_store_expires AFTER UPDATE OF expired_at ON vector_stores
            WHEN NEW.expired_at IS NOT NULL AND OLD.expired_at IS NULL
        BEGIN
            INSERT INTO vector_store_index_changes (store_id, file_id, version) VALUES (NEW.id, '', 1)
                ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1;
        END;
        CREATE TRIGGER vector_store_ends BEFORE DELETE ON vector_stores BEGIN
            INSERT INTO vector_store_index_changes (store_id, file_id, version) VALUES (OLD.id, '', 1)
                ON CONFLICT (store_id, file_id) DO UPDATE SET version = version + 1;
        END;
        """
}
