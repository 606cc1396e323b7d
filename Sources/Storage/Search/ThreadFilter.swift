import AssistantsAPI
import GRDB

/// Which threads of a project are wanted.
package struct ThreadFilter: Sendable, Equatable {
    /// Pairs that a thread's metadata must all have.
    package var metadata: [(key: String, value: String)]
    /// What one of a thread's messages must say.
    package var query: SearchQuery?

    package init(metadata: [(key: String, value: String)] = [], query: SearchQuery? = nil) {
        self.metadata = metadata
        self.query = query
    }

    package static func == (left: ThreadFilter, right: ThreadFilter) -> Bool {
        left.query == right.query && left.metadata.elementsEqual(right.metadata) { $0 == $1 }
    }
}

extension ThreadRepository {
    /// A page of the threads that the filter lets through. Throws `UnknownCursor`.
    ///
    /// The order is that of the list of threads. What is read are the rows of the page, and those that one condition
    /// lets through and another one does not.
    package func page(
        _ request: PageRequest,
        of project: ProjectID,
        matching filter: ThreadFilter
    ) throws -> Page<AssistantThread> {
        let places = try Places(request, of: project, in: db)
        let found: [Int]
        if let query = filter.query {
            found = try threads(saying: query, places, of: project, filter.metadata)
        } else {
            found = try threads(places, of: project, filter.metadata)
        }
        let hasMore = found.count > request.limit
        var sequences = Array(found.prefix(request.limit))
        if places.readsBackwards { sequences.reverse() }
        let threads = try sequences.compactMap { sequence in
            try db.first(Self.columns + " WHERE seq = ?", [sequence], Self.thread)
        }
        return Page(items: threads, hasMore: hasMore)
    }

    /// Between which places of the list the page lies, and from where it is read.
    private struct Places {
        /// The bounds: this place is the first one that counts, that one the first one behind.
        var from: Int?
        var below: Int?
        /// Rows to read: one more than the page has.
        let count: Int
        let ascends: Bool
        /// With `before` alone the nearest items are wanted: they are read from the cursor away and turned round.
        let readsBackwards: Bool

        init(_ request: PageRequest, of project: ProjectID, in db: GRDB.Database) throws {
            let after = try Self.cursor(request.after, "after", of: project, in: db)
            let before = try Self.cursor(request.before, "before", of: project, in: db)
            let (older, newer) = request.order == .ascending ? (after, before) : (before, after)
            from = older?.next
            below = newer?.place
            count = request.limit + 1
            readsBackwards = request.before != nil && request.after == nil
            ascends = (request.order == .ascending) != readsBackwards
        }

        /// Where a cursor stands, and where what is newer begins: a thread that came after a deletion may have got the
        /// place.
        private static func cursor(
            _ id: String?,
            _ parameter: String,
            of project: ProjectID,
            in db: GRDB.Database
        ) throws -> (place: Int, next: Int)? {
            guard let id else { return nil }
            let sql = "SELECT seq FROM threads WHERE id = ? AND project_id = ?"
            if let place = try db.first(sql, [id, project.rawValue], { $0.integer(0) }) { return (place, place + 1) }
            let deleted = DeletedRows(db: db)
            if let place = try deleted.sequence(of: id, table: "threads", scopeArgument: project.rawValue) {
                return (place, place)
            }
            throw UnknownCursor(parameter: parameter, id: id)
        }

        /// The bounds as conditions on a column.
        func conditions(on column: String, times factor: Int = 1) -> (sql: [String], values: [Int]) {
            var sql: [String] = []
            var values: [Int] = []
            if let from {
                sql.append("\(column) >= ?")
                values.append(from * factor)
            }
            if let below {
                sql.append("\(column) < ?")
                values.append(below * factor)
            }
            return (sql, values)
        }

        var direction: String { ascends ? "ASC" : "DESC" }
    }

    private func threads(
        _ places: Places,
        of project: ProjectID,
        _ metadata: [(key: String, value: String)]
    ) throws -> [Int] {
        guard let first = metadata.first else {
            let bounds = places.conditions(on: "seq")
            let conditions = (["project_id = ?"] + bounds.sql).joined(separator: " AND ")
            let sql = "SELECT seq FROM threads WHERE \(conditions) ORDER BY seq \(places.direction) LIMIT ?"
            return try db.all(sql, [project.rawValue] + bounds.values + [places.count]) { $0.integer(0) }
        }
        let bounds = places.conditions(on: "pair.thread_seq")
        let conditions = ["pair.project_id = ? AND pair.key = ? AND pair.value = ?"] + bounds.sql
        var values: [any SQLValue] = [project.rawValue, first.key, first.value] + bounds.values
        let others = metadata.dropFirst().map { pair in
            values += [project.rawValue, pair.key, pair.value]
            return """
                EXISTS (SELECT 1 FROM thread_metadata AS other
                    WHERE other.project_id = ? AND other.key = ? AND other.value = ?
                        AND other.thread_seq = pair.thread_seq)
                """
        }
        values.append(places.count)
        let sql = """
            SELECT pair.thread_seq FROM thread_metadata AS pair WHERE \((conditions + others).joined(separator: " AND "))
            ORDER BY pair.thread_seq \(places.direction) LIMIT ?
            """
        return try db.all(sql, values) { $0.integer(0) }
    }

    /// Documents of a thread follow each other in the index: each thread is looked at once.
    private func threads(
        saying query: SearchQuery,
        _ places: Places,
        of project: ProjectID,
        _ metadata: [(key: String, value: String)]
    ) throws -> [Int] {
        guard let expression = query.expression else { return [] }
        let bounds = places.conditions(on: "rowid", times: SearchDocument.perThread)
        let conditions = (["message_search MATCH ?"] + bounds.sql).joined(separator: " AND ")
        let sql = "SELECT rowid FROM message_search WHERE \(conditions) ORDER BY rowid \(places.direction)"
        let ofProject = "\"\(SearchDocument.mark(of: project.rawValue))\" AND \(expression)"
        var found: [Int] = []
        var refused: Int?
        try db.forEach(sql, [ofProject] + bounds.values) { row in
            let document = row.integer(0)
            let thread = document >> 32
            if thread == found.last || thread == refused { return true }
            let message = document & (SearchDocument.perThread - 1)
            guard try self.message(message, of: thread, project, says: query) else { return true }
            if try metadata.allSatisfy({ try has($0, thread, project) }) {
                found.append(thread)
            } else {
                refused = thread
            }
            return found.count < places.count
        }
        return found
    }

    /// A deleted message may be in the index for a moment, and phrases are not in it.
    private func message(
        _ message: Int,
        of thread: Int,
        _ project: ProjectID,
        says query: SearchQuery
    ) throws -> Bool {
        let content = try db.first(
            """
            SELECT IIF(?, content, '') FROM messages CROSS JOIN threads ON threads.id = thread_id
            WHERE messages.seq = ? AND threads.seq = ? AND project_id = ?
            """,
            [query.hasPhrases ? 1 : 0, message, thread, project.rawValue]
        ) { $0.text(0) }
        guard let content else { return false }
        return !query.hasPhrases || query.findsPhrases(in: Message.Content(storedJSON: content).plainText)
    }

    private func has(_ pair: (key: String, value: String), _ thread: Int, _ project: ProjectID) throws -> Bool {
        try db.hasRow(
            "SELECT 1 FROM thread_metadata WHERE project_id = ? AND key = ? AND value = ? AND thread_seq = ?",
            [project.rawValue, pair.key, pair.value, thread]
        )
    }
}
