import GRDB

/// The tables of a vector store's own database file.
enum StoreSchema {
    /// A file in the index, as `files.state` has it.
    enum FileState {
        /// Its chunks are being added and not found.
        static let unfinished = 0
        static let finished = 1
        /// Its chunks are found no more, and are taken out step by step.
        static let removed = 2
    }

    private static let version = 2

    /// Makes the tables of a new file.
    ///
    /// The index of words keeps no texts, and no lengths either, which memory has (`StoreMap`): its rows are taken out by
    /// naming their terms, made from the chunk again. A term is in the column that tells how often the chunk has it
    /// (`ChunkTerms`), and `term_rules` says by which rules they were found. Vectors are there twice, exact and with eight
    /// bits, as memory is filled from the latter: a vector's `id` is its chunk's times 64, and which of the chunk's vectors it
    /// is.
    ///
    /// Each transaction makes a part of the index of words. Sixteen parts at a time are merged, so that a term is written
    /// again seldom, and a question still looks it up in few. A part's pages fill those of the file.
    private static let tables = """
        CREATE TABLE store (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            embedding_model TEXT,
            dimensions INTEGER,
            term_rules INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        INSERT INTO store (id, term_rules) VALUES (1, \(ChunkTerms.rules));

        CREATE TABLE files (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            attributes TEXT NOT NULL,
            state INTEGER NOT NULL,
            chunk_count INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX files_by_id ON files (id);
        CREATE INDEX removed_files ON files (seq) WHERE state = 2;

        CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file INTEGER NOT NULL,
            number INTEGER NOT NULL,
            terms INTEGER NOT NULL,
            text TEXT NOT NULL,
            tokens INTEGER NOT NULL,
            first_page INTEGER,
            last_page INTEGER,
            page_starts TEXT,
            repeated_bytes INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX chunks_of_file ON chunks (file, number, terms);

        CREATE VIRTUAL TABLE chunk_terms USING fts5 (
            once, twice, thrice, often, very_often,
            content = '', columnsize = 0, detail = column, tokenize = "ascii tokenchars '_'"
        );
        INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('hashsize', 16777216);
        INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('pgsz', 8000);
        INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('automerge', 16);
        INSERT INTO chunk_terms (chunk_terms, rank) VALUES ('crisismerge', 32);

        CREATE TABLE vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
        CREATE TABLE codes (id INTEGER PRIMARY KEY, code BLOB NOT NULL) STRICT;
        """

    private static let additions = """
        ALTER TABLE store ADD COLUMN term_rules INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE chunks ADD COLUMN page_starts TEXT;
        """

    /// Makes the tables of a new file, and brings those of an older one up to date.
    static func prepare(_ db: GRDB.Database) throws {
        let found = try db.first("PRAGMA user_version", []) { $0.integer(0) } ?? 0
        guard found <= version else {
            throw StorageError.unavailable(reason: "the index of a vector store was made by a newer server")
        }
        if found < version {
            try db.inTransaction(.immediate) {
                try db.execute(sql: found == 0 ? tables : additions)
                try db.execute(sql: "PRAGMA user_version = \(version)")
                return .commit
            }
        }
        try OutdatedTerms(db: db).renew()
    }
}
