import AssistantsAPI
import GRDB

extension StagedObject.Kind {
    /// Where objects with a parent are stored, and the column that names it.
    fileprivate var table: (name: String, parent: String) {
        switch self {
        case .assistant, .thread, .file, .vectorStore: ("threads", "project_id")
        case .vectorStoreFile: ("vector_store_files", "store")
        case .message: ("messages", "thread_id")
        case .run: ("runs", "thread_id")
        case .step: ("run_steps", "run_id")
        }
    }
}

extension ImportRepository {
    /// The parent of a stored object; nil when there is none with that id.
    package func parent(of kind: StagedObject.Kind, _ id: String) throws -> String? {
        try db.first("SELECT \(kind.table.parent) FROM \(kind.table.name) WHERE id = ?", [id]) { $0.text(0) }
    }

    /// Stores the new objects of a parent where they belong in its list, which may move what is stored. `insert` is called
    /// for each of them, at the list's end; of messages it is given the tokens of the thread so far, and returns them with
    /// the message's own.
    package func place(
        _ kind: StagedObject.Kind,
        of parent: String,
        insert: (_ object: StagedObject, _ tokens: Int) throws -> Int
    ) throws {
        let additions = try additions(kind, of: parent)
        guard !additions.isEmpty else { return }
        let order = MergedOrder(try rows(kind, of: parent), adding: additions)
        var tokens = 0
        if kind == .message {
            let sql = "SELECT tokens_through FROM messages WHERE seq = ?"
            tokens = try db.first(sql, [order.lastKept ?? 0], { $0.integer(0) }) ?? 0
            if order.movesRows { try ThreadRepository(db: db).notePastChanged(Identifier(parent)) }
        }
        for item in order.tail {
            switch item {
            case .row(let sequence): tokens = try moveToEnd(kind, sequence, of: parent, tokens: tokens)
            case .addition(let sequence):
                let sql = Self.columns + " WHERE seq = ?"
                guard let object = try db.first(sql, [sequence], Self.object) else { continue }
                tokens = try insert(object, tokens)
            }
        }
    }

    private func rows(_ kind: StagedObject.Kind, of parent: String) throws -> [MergedOrder.Row] {
        try db.all(
            """
            SELECT row.seq, row.created_at, staged.rank FROM \(kind.table.name) AS row
            LEFT JOIN import_objects AS staged ON staged.kind = ? AND staged.id = row.id
            WHERE row.\(kind.table.parent) = ? ORDER BY row.seq
            """,
            [kind.rawValue, parent]
        ) { row in
            MergedOrder.Row(
                sequence: row.integer(0),
                createdAt: Timestamp(seconds: row.integer(1)),
                rank: row.optionalInteger(2)
            )
        }
    }

    private func additions(_ kind: StagedObject.Kind, of parent: String) throws -> [MergedOrder.Addition] {
        try db.all(
            """
            SELECT seq, created_at, rank FROM import_objects AS staged
            WHERE kind = ? AND parent = ?
                AND NOT EXISTS (SELECT 1 FROM \(kind.table.name) AS row WHERE row.id = staged.id)
            ORDER BY created_at, rank
            """,
            [kind.rawValue, parent]
        ) { row in
            MergedOrder.Addition(
                staged: row.integer(0),
                createdAt: Timestamp(seconds: row.integer(1)),
                rank: row.integer(2)
            )
        }
    }

    /// Gives a row the last place of its table. Returns the tokens of a thread up to and with the message that it is.
    private func moveToEnd(
        _ kind: StagedObject.Kind,
        _ sequence: Int,
        of parent: String,
        tokens: Int
    ) throws -> Int {
        let table = kind.table.name
        let end = try db.first("SELECT MAX(seq) + 1 FROM \(table)", []) { $0.integer(0) } ?? 1
        guard kind == .message else {
            try db.run("UPDATE \(table) SET seq = ? WHERE seq = ?", [end, sequence])
            return tokens
        }
        try db.run(
            "UPDATE thread_data SET after_message = ? WHERE thread_id = ? AND after_message = ?",
            [end, parent, sequence]
        )
        return try db.first(
            "UPDATE messages SET seq = ?, tokens_through = ? + tokens WHERE seq = ? RETURNING tokens_through",
            [end, tokens, sequence]
        ) { $0.integer(0) } ?? tokens
    }
}
