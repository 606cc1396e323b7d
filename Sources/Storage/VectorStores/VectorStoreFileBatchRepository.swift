import AssistantsAPI
import GRDB

/// Batches of files, as rows of `vector_store_file_batches`. Their counts are kept by triggers.
package struct VectorStoreFileBatchRepository {
    let db: GRDB.Database

    private static let columns = """
        SELECT vector_store_file_batches.id, vector_stores.id, vector_store_file_batches.created_at, is_cancelled,
            vector_store_file_batches.in_progress, vector_store_file_batches.completed,
            vector_store_file_batches.failed, vector_store_file_batches.cancelled
        FROM vector_store_file_batches JOIN vector_stores ON vector_stores.seq = store
        """

    /// Inserts a batch of files that were put into its store in this transaction.
    package func insert(
        _ id: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>,
        _ attached: VectorStoreFileRepository.Attached,
        at time: Timestamp
    ) throws {
        try db.run(
            """
            INSERT INTO vector_store_file_batches (id, store, created_at)
            SELECT ?, seq, ? FROM vector_stores WHERE id = ?
            """,
            [id.rawValue, time.seconds, store.rawValue]
        )
        let batch = Int(db.lastInsertedRowID)
        for file in attached.sequences {
            try db.run("INSERT INTO vector_store_batch_files (batch, file) VALUES (?, ?)", [batch, file])
        }
    }

    package func find(
        _ id: Identifier<VectorStoreFileBatch>,
        of store: Identifier<VectorStore>
    ) throws -> VectorStoreFileBatch? {
        try db.first(
            Self.columns + " WHERE vector_store_file_batches.id = ? AND vector_stores.id = ?",
            [id.rawValue, store.rawValue],
            Self.batch
        )
    }

    /// Stops the files of a batch that are in progress. Returns their ids. A batch that has ended stays as it is.
    package func cancel(_ id: Identifier<VectorStoreFileBatch>) throws -> [Identifier<File>] {
        let sql = """
            UPDATE vector_store_files SET status = 'cancelled', worker = NULL, fence = fence + 1
            WHERE status = 'in_progress' AND seq IN (
                SELECT file FROM vector_store_batch_files
                WHERE batch = (SELECT seq FROM vector_store_file_batches WHERE id = ?)
            )
            RETURNING id
            """
        let stopped = try db.all(sql, [id.rawValue]) { Identifier<File>($0.text(0)) }
        guard !stopped.isEmpty else { return [] }
        try db.run("UPDATE vector_store_file_batches SET is_cancelled = 1 WHERE id = ?", [id.rawValue])
        return stopped
    }

    private static func batch(_ row: borrowing ResultRow) -> VectorStoreFileBatch {
        VectorStoreFileBatch(
            id: Identifier(row.text(0)),
            storeID: Identifier(row.text(1)),
            createdAt: Timestamp(seconds: row.integer(2)),
            fileCounts: FileCounts(
                inProgress: row.integer(4),
                completed: row.integer(5),
                failed: row.integer(6),
                cancelled: row.integer(7)
            ),
            isCancelled: row.integer(3) == 1
        )
    }
}
