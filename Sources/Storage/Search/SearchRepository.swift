import AssistantsAPI
import GRDB

/// The index for full-text search over messages.
///
/// It is brought up to date in steps: `work(limit:bytes:)` reads what there is to do, `perform(_:)` does it in a short
/// transaction. What lies between, the search for words, holds up nobody.
package struct SearchRepository {
    let db: GRDB.Database

    /// What a step is to do.
    package struct Work: Sendable {
        /// Documents to take out, with the contents that they were made of.
        fileprivate var removals: [Source] = []
        /// Messages that have no document yet, in their order.
        fileprivate var additions: [Source] = []
        fileprivate var indexedThrough = 0
        /// Whether there may be more to do after it.
        package fileprivate(set) var isPartial = false

        /// How many documents there are to take out and to put in.
        package var count: Int { removals.count + additions.count }
        package var isEmpty: Bool { count == 0 }
    }

    fileprivate struct Source: Sendable {
        var document: Int
        var project: String
        var content: String
        var message: Int { document & (SearchDocument.perThread - 1) }
    }

    /// What a step does, ready to be written.
    package struct Step: Sendable {
        fileprivate let work: Work
        fileprivate let removals: [SearchDocument]
        fileprivate let additions: [SearchDocument]

        /// Finds the words; some microseconds for each hundred bytes.
        package init(_ work: Work) {
            self.work = work
            removals = work.removals.map(SearchDocument.init)
            additions = work.additions.map(SearchDocument.init)
        }
    }

    /// Empties an index that was made by other rules than today's: a question would not meet its terms, and what has to leave it
    /// could not be named as it came. Steps fill it again.
    func adoptRules() throws {
        let sql = "SELECT seq FROM progress WHERE name = 'search rules'"
        guard try db.first(sql, [], { $0.integer(0) }) ?? 1 != SearchTerms.rules else { return }
        try db.run("INSERT INTO message_search (message_search) VALUES ('delete-all')")
        try db.run("DELETE FROM search_removals")
        try db.run("UPDATE progress SET seq = 0 WHERE name = 'search'")
        try db.run("INSERT OR REPLACE INTO progress (name, seq) VALUES ('search rules', ?)", [SearchTerms.rules])
    }

    /// The next work: up to `limit` messages with about `bytes` of content.
    package func work(limit: Int, bytes: Int) throws -> Work {
        var work = Work(indexedThrough: try indexedThrough())
        var (count, size) = (0, 0)
        func take(_ source: Source) -> Bool {
            count += 1
            size += source.content.utf8.count
            work.isPartial = count == limit || size >= bytes
            return !work.isPartial
        }
        try db.forEach("SELECT document, project_id, content FROM search_removals", []) { row in
            let source = Source(document: row.integer(0), project: row.text(1), content: row.text(2))
            work.removals.append(source)
            return take(source)
        }
        guard work.removals.isEmpty else {
            work.isPartial = true
            return work
        }
        try db.forEach(
            """
            SELECT threads.seq * 4294967296 + messages.seq, project_id, content
            FROM messages CROSS JOIN threads ON threads.id = thread_id
            WHERE messages.seq > ? ORDER BY messages.seq
            """,
            [work.indexedThrough]
        ) { row in
            let source = Source(document: row.integer(0), project: row.text(1), content: row.text(2))
            work.additions.append(source)
            return take(source)
        }
        return work
    }

    /// Does a step. Returns false, and changes nothing, when the messages have changed since its work was read.
    package func perform(_ step: Step) throws -> Bool {
        guard try isCurrent(step.work) else { return false }
        for (document, source) in zip(step.removals, step.work.removals) { try replace(document, source) }
        for document in step.additions { try insert(document) }
        if let last = step.work.additions.last {
            try db.run("UPDATE progress SET seq = ? WHERE name = 'search'", [last.message])
        }
        return true
    }

    private func isCurrent(_ work: Work) throws -> Bool {
        guard try indexedThrough() == work.indexedThrough else { return false }
        for source in work.removals {
            guard try db.hasRow("SELECT 1 FROM search_removals WHERE document = ?", [source.document]) else {
                return false
            }
        }
        for source in work.additions {
            let sql = """
                SELECT 1 FROM messages CROSS JOIN threads ON threads.id = thread_id
                WHERE messages.seq = ? AND threads.seq * 4294967296 + messages.seq = ? AND content = ?
                """
            guard try db.hasRow(sql, [source.message, source.document, source.content]) else { return false }
        }
        return true
    }

    /// Takes a document out, and puts it back as its message is now if that was only changed.
    private func replace(_ document: SearchDocument, _ source: Source) throws {
        try db.run(
            "INSERT INTO message_search (message_search, rowid, terms) VALUES ('delete', ?, ?)",
            [document.number, document.terms]
        )
        try db.run("DELETE FROM search_removals WHERE document = ?", [document.number])
        let content = try db.first(
            """
            SELECT content FROM messages CROSS JOIN threads ON threads.id = thread_id
            WHERE messages.seq = ? AND threads.seq * 4294967296 + messages.seq = ?
                AND messages.seq <= (SELECT seq FROM progress WHERE name = 'search')
            """,
            [source.message, document.number]
        ) { $0.text(0) }
        if let content {
            try insert(SearchDocument(number: document.number, project: source.project, content: content))
        }
    }

    private func insert(_ document: SearchDocument) throws {
        try db.run("INSERT INTO message_search (rowid, terms) VALUES (?, ?)", [document.number, document.terms])
    }

    private func indexedThrough() throws -> Int {
        try db.first("SELECT seq FROM progress WHERE name = 'search'", []) { $0.integer(0) } ?? 0
    }
}

extension SearchDocument {
    fileprivate init(_ source: SearchRepository.Source) {
        self.init(number: source.document, project: source.project, content: source.content)
    }
}
