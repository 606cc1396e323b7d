extension Migrations {
    /// Vectors of texts, so that a text is sent to the embedding model once.
    static let embeddings = """
        CREATE TABLE embeddings (
            seq INTEGER PRIMARY KEY,
            -- SHA-256 of the model's name and the text.
            hash TEXT NOT NULL UNIQUE,
            -- Little-endian numbers of four bytes.
            vector BLOB NOT NULL
        ) STRICT;
        """
}
