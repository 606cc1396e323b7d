import AssistantsAPI
import GRDB

extension VectorStoreFileRepository {
    /// A file that is put into a store.
    package struct Addition: Sendable, Equatable {
        package var file: Identifier<File>
        /// Nil keeps those of a file that is in the store already.
        package var attributes: Attributes?
        /// Nil keeps that of a file that is in the store already, and is the default for others.
        package var chunking: ChunkingStrategy?

        package init(file: Identifier<File>, attributes: Attributes? = nil, chunking: ChunkingStrategy? = nil) {
            self.file = file
            self.attributes = attributes
            self.chunking = chunking
        }
    }

    /// What putting files into a store has led to.
    package struct Attached: Sendable, Equatable {
        /// The files' rows, in the order of the additions; each once.
        var sequences: [Int] = []
        /// Files whose ingestion begins anew: what was made of them before is not good any more.
        package var restarted: [Identifier<File>] = []
    }

    /// Puts files into a store, which has been found in this transaction. The last of several additions of a file wins.
    ///
    /// A file that is there already stays as it is, with new attributes if some are given; it is ingested again when
    /// that failed or was cancelled before, or when it is to be cut in another way. Throws `VectorStoreIsFull`.
    package func attach(
        _ additions: [Addition],
        to store: Identifier<VectorStore>,
        in project: ProjectID,
        at time: Timestamp
    ) throws -> Attached {
        let sequence = try db.first("SELECT seq FROM vector_stores WHERE id = ?", [store.rawValue]) { $0.integer(0) }
        guard let sequence else { throw StorageError.corrupt(table: "vector_stores", id: store.rawValue) }
        var order: [Identifier<File>] = []
        var latest: [Identifier<File>: Addition] = [:]
        for addition in additions where latest.updateValue(addition, forKey: addition.file) == nil {
            order.append(addition.file)
        }
        let present = try places(of: order, inStoreAt: sequence)
        try checkRoom(for: order.count - present.count, inStoreAt: sequence)
        var attached = Attached()
        for id in order {
            guard let addition = latest[id] else { continue }
            if let place = present[id] {
                if try renew(place, addition) { attached.restarted.append(id) }
                attached.sequences.append(place.sequence)
            } else {
                attached.sequences.append(try insert(addition, intoStoreAt: sequence, in: project, at: time))
            }
        }
        try db.run(
            "UPDATE vector_stores SET last_active_at = MAX(last_active_at, ?) WHERE seq = ?",
            [time.seconds, sequence]
        )
        return attached
    }

    private struct Place {
        var sequence: Int
        var status: String
        var chunking: ChunkingStrategy
    }

    private func places(of ids: [Identifier<File>], inStoreAt store: Int) throws -> [Identifier<File>: Place] {
        let sql = """
            SELECT id, seq, status, chunk_tokens, overlap_tokens FROM vector_store_files
            WHERE store = ? AND id IN (SELECT value FROM json_each(?))
            """
        let found = try db.all(sql, [store, FileRepository.json(ids.map(\.rawValue))]) { row in
            let chunking = ChunkingStrategy(maximumTokens: row.integer(3), overlapTokens: row.integer(4))
            return (
                Identifier<File>(row.text(0)),
                Place(sequence: row.integer(1), status: row.text(2), chunking: chunking)
            )
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    private func checkRoom(for count: Int, inStoreAt store: Int) throws {
        let sql = "SELECT in_progress + completed + failed + cancelled FROM vector_stores WHERE seq = ?"
        let present = try db.first(sql, [store]) { $0.integer(0) } ?? 0
        guard present + count <= VectorStore.maximumFiles else { throw VectorStoreIsFull() }
    }

    private func insert(
        _ addition: Addition,
        intoStoreAt store: Int,
        in project: ProjectID,
        at time: Timestamp
    ) throws -> Int {
        let chunking = addition.chunking ?? .default
        try db.run(
            """
            INSERT INTO vector_store_files (store, id, project_id, created_at, status, chunk_tokens, overlap_tokens,
                attributes)
            VALUES (?, ?, ?, ?, 'in_progress', ?, ?, ?)
            """,
            [
                store, addition.file.rawValue, project.rawValue, time.seconds, chunking.maximumTokens,
                chunking.overlapTokens, Self.stored(addition.attributes),
            ]
        )
        return Int(db.lastInsertedRowID)
    }

    /// Returns whether the file is to be ingested again.
    private func renew(_ place: Place, _ addition: Addition) throws -> Bool {
        if let attributes = addition.attributes {
            try db.run(
                "UPDATE vector_store_files SET attributes = ? WHERE seq = ?",
                [Self.stored(attributes), place.sequence]
            )
        }
        let chunking = addition.chunking ?? place.chunking
        let hasEnded = place.status == "failed" || place.status == "cancelled"
        guard hasEnded || chunking != place.chunking else { return false }
        try db.run(
            """
            UPDATE vector_store_files SET status = 'in_progress', usage_bytes = 0, error_code = NULL,
                error_message = NULL, chunk_tokens = ?, overlap_tokens = ?, attempts = 0, due_at = 0, worker = NULL,
                fence = fence + 1
            WHERE seq = ?
            """,
            [chunking.maximumTokens, chunking.overlapTokens, place.sequence]
        )
        return true
    }

    private static func stored(_ attributes: Attributes?) -> String? {
        attributes.flatMap { $0.isEmpty ? nil : $0.jsonText }
    }
}

/// More files were to be put into a store than it may hold.
package struct VectorStoreIsFull: Error, Equatable {
    package init() {}
}
