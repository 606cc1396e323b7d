import AssistantsAPI
import GRDB

extension ImportRepository {
    /// The time of the oldest stored object of a kind without a parent; nil when there is none. What is older comes
    /// before it in lists.
    package func oldest(_ kind: StagedObject.Kind) throws -> Timestamp? {
        let sql = "SELECT MIN(created_at) FROM \(kind.list)"
        return try db.first(sql, []) { $0.optionalInteger(0).map(Timestamp.init(seconds:)) } ?? nil
    }

    /// The project that an object without a parent belongs to; nil when there is none with that id.
    package func project(of kind: StagedObject.Kind, _ id: String) throws -> ProjectID? {
        try db.first("SELECT project_id FROM \(kind.list) WHERE id = ?", [id]) { ProjectID($0.text(0)) }
    }

    /// Inserts an assistant at the end of the list, or at its beginning.
    package func insert(_ assistant: Assistant, atBeginning: Bool, in project: ProjectID) throws {
        try AssistantRepository(db: db).insert(assistant, in: project)
        guard atBeginning else { return }
        try db.run(
            "UPDATE assistants SET seq = (SELECT MIN(seq) - 1 FROM assistants) WHERE id = ?",
            [assistant.id.rawValue]
        )
    }

    /// Inserts a file at the end of the list, or at its beginning.
    package func insert(_ file: File, content: Digest, atBeginning: Bool, in project: ProjectID) throws {
        try FileRepository(db: db).insert(file, content: content, in: project)
        guard atBeginning else { return }
        try db.run("UPDATE files SET seq = (SELECT MIN(seq) - 1 FROM files) WHERE id = ?", [file.id.rawValue])
    }

    /// Inserts a vector store at the end of the list, or at its beginning.
    package func insert(_ store: VectorStore, atBeginning: Bool, in project: ProjectID) throws {
        try VectorStoreRepository(db: db).insert(store, in: project)
        guard atBeginning else { return }
        try db.run(
            "UPDATE vector_stores SET seq = (SELECT MIN(seq) - 1 FROM vector_stores) WHERE id = ?",
            [store.id.rawValue]
        )
    }

    /// Puts a file into a store, both of which are there. One that was completed where it is from is ingested here as soon
    /// as the server runs.
    package func insert(_ file: VectorStoreFile, in project: ProjectID) throws {
        var (status, error) = (VectorStoreFile.Status.inProgress, VectorStoreFile.LastError?.none)
        switch file.state {
        case .failed(let why): (status, error) = (.failed, why)
        case .cancelled: status = .cancelled
        case .inProgress, .completed: break
        }
        try db.run(
            """
            INSERT INTO vector_store_files (store, id, project_id, created_at, status, error_code, error_message,
                chunk_tokens, overlap_tokens, attributes)
            SELECT seq, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM vector_stores WHERE id = ?
            """,
            [
                file.id.rawValue, project.rawValue, file.createdAt.seconds, status.rawValue, error?.code.rawValue,
                error?.message, file.chunking.maximumTokens, file.chunking.overlapTokens,
                file.attributes.isEmpty ? nil : file.attributes.jsonText, file.storeID.rawValue,
            ]
        )
    }

    /// Inserts a thread at the end of the list, or at its beginning.
    package func insert(_ thread: AssistantThread, atBeginning: Bool, in project: ProjectID) throws {
        guard atBeginning else { return try ThreadRepository(db: db).insert(thread, in: project) }
        // With its place from the start, under which its metadata is found.
        try db.run(
            """
            INSERT INTO threads (seq, id, project_id, created_at, metadata, tool_resources)
            VALUES ((SELECT MIN(seq) - 1 FROM threads), ?, ?, ?, ?, ?)
            """,
            [
                thread.id.rawValue, project.rawValue, thread.createdAt.seconds, thread.metadata?.jsonText,
                thread.toolResources.isEmpty ? nil : thread.toolResources.jsonText,
            ]
        )
    }

    /// Whether a thread is known by its id alone, as one is whose messages came before it, or that came to life on its
    /// first use.
    package func isBare(_ thread: Identifier<AssistantThread>) throws -> Bool {
        let sql = "SELECT 1 FROM threads WHERE id = ? AND metadata IS NULL AND tool_resources IS NULL"
        return try db.hasRow(sql, [thread.rawValue])
    }

    /// Gives a thread what the dump knows of it.
    package func complete(_ thread: AssistantThread) throws {
        try ThreadRepository(db: db).update(thread)
        try db.run(
            "UPDATE threads SET created_at = ? WHERE id = ?",
            [thread.createdAt.seconds, thread.id.rawValue]
        )
    }
}

extension StagedObject.Kind {
    fileprivate var list: String {
        switch self {
        case .assistant: "assistants"
        case .file: "files"
        case .vectorStore, .vectorStoreFile: "vector_stores"
        case .thread, .message, .run, .step: "threads"
        }
    }
}
