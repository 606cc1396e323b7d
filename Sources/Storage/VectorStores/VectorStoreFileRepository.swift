import AssistantsAPI
import GRDB

/// Files in vector stores, as rows of `vector_store_files`.
package struct VectorStoreFileRepository {
    let db: GRDB.Database
    let lease: WorkerLease

    static let columns = """
        SELECT vector_store_files.id, vector_stores.id, vector_store_files.created_at, status,
            vector_store_files.usage_bytes, error_code, error_message, chunk_tokens, overlap_tokens, attributes
        FROM vector_store_files JOIN vector_stores ON vector_stores.seq = store
        """

    package func find(_ id: Identifier<File>, of store: Identifier<VectorStore>) throws -> VectorStoreFile? {
        try db.first(
            Self.columns + " WHERE vector_store_files.id = ? AND vector_stores.id = ?",
            [id.rawValue, store.rawValue],
            Self.file
        )
    }

    /// - Parameter status: only files in this state.
    package func page(
        _ request: PageRequest,
        of store: Identifier<VectorStore>,
        status: VectorStoreFile.Status?
    ) throws -> Page<VectorStoreFile> {
        try ListQuery(
            select: Self.columns,
            table: "vector_store_files",
            scope: "store = (SELECT seq FROM vector_stores WHERE id = ?)",
            scopeArgument: store.rawValue,
            filters: status.map { [("status = ?", $0.rawValue)] } ?? []
        ).page(request, in: db, Self.file)
    }

    /// - Parameter status: only files in this state.
    package func page(
        _ request: PageRequest,
        of batch: Identifier<VectorStoreFileBatch>,
        status: VectorStoreFile.Status?
    ) throws -> Page<VectorStoreFile> {
        try ListQuery(
            select: Self.columns,
            table: "vector_store_files",
            scope: """
                vector_store_files.seq IN (
                    SELECT file FROM vector_store_batch_files
                    WHERE batch = (SELECT seq FROM vector_store_file_batches WHERE id = ?)
                )
                """,
            scopeArgument: batch.rawValue,
            filters: status.map { [("status = ?", $0.rawValue)] } ?? []
        ).page(request, in: db, Self.file)
    }

    package func setAttributes(
        _ attributes: Attributes,
        of id: Identifier<File>,
        in store: Identifier<VectorStore>
    ) throws {
        try db.run(
            """
            UPDATE vector_store_files SET attributes = ?
            WHERE id = ? AND store = (SELECT seq FROM vector_stores WHERE id = ?)
            """,
            [attributes.isEmpty ? nil : attributes.jsonText, id.rawValue, store.rawValue]
        )
    }

    /// Takes a file out of a store. Returns whether it was there.
    package func detach(_ id: Identifier<File>, from store: Identifier<VectorStore>) throws -> Bool {
        let sql = """
            DELETE FROM vector_store_files
            WHERE id = ? AND store = (SELECT seq FROM vector_stores WHERE id = ?) RETURNING seq
            """
        guard let sequence = try db.first(sql, [id.rawValue, store.rawValue], { $0.integer(0) }) else { return false }
        try DeletedRows(db: db)
            .add(id.rawValue, table: "vector_store_files", scopeArgument: store.rawValue, sequence: sequence)
        return true
    }

    /// The files of a store that are completed.
    package func completed(of store: Identifier<VectorStore>) throws -> Set<Identifier<File>> {
        let sql = """
            SELECT id FROM vector_store_files
            WHERE store = (SELECT seq FROM vector_stores WHERE id = ?) AND status = 'completed'
            """
        return Set(try db.all(sql, [store.rawValue]) { Identifier($0.text(0)) })
    }

    /// Has files ingested again that are completed.
    package func ingestAgain(_ files: Set<Identifier<File>>, of store: Identifier<VectorStore>) throws {
        try db.run(
            """
            UPDATE vector_store_files SET status = 'in_progress', usage_bytes = 0, attempts = 0, due_at = 0,
                worker = NULL, fence = fence + 1
            WHERE store = (SELECT seq FROM vector_stores WHERE id = ?) AND status = 'completed'
                AND id IN (SELECT value FROM json_each(?))
            """,
            [store.rawValue, FileRepository.json(files.map(\.rawValue))]
        )
    }

    /// Takes a file out of all stores.
    package func detachEverywhere(_ id: Identifier<File>) throws {
        try db.run("DELETE FROM vector_store_files WHERE id = ?", [id.rawValue])
    }

    static func file(_ row: borrowing ResultRow) throws -> VectorStoreFile {
        let id = row.text(0)
        guard let status = VectorStoreFile.Status(rawValue: row.text(3)) else {
            throw StorageError.corrupt(table: "vector_store_files", id: id)
        }
        let state: VectorStoreFile.State =
            switch status {
            case .inProgress: .inProgress
            case .completed: .completed(usageBytes: row.integer(4))
            case .failed:
                .failed(
                    VectorStoreFile.LastError(
                        code: VectorStoreFile.LastError.Code(rawValue: row.text(5)) ?? .serverError,
                        message: row.text(6)
                    )
                )
            case .cancelled: .cancelled
            }
        return VectorStoreFile(
            id: Identifier(id),
            storeID: Identifier(row.text(1)),
            createdAt: Timestamp(seconds: row.integer(2)),
            state: state,
            chunking: ChunkingStrategy(maximumTokens: row.integer(7), overlapTokens: row.integer(8)),
            attributes: row.optionalText(9).flatMap(Attributes.init(storedJSON:)) ?? Attributes()
        )
    }
}
