import AssistantsAPI
import GRDB

/// Pages of a table by its order of insertion: a keyset query, as cheap at the end of a list as at its beginning.
struct ListQuery {
    /// The selected columns, with joins if any, as in `SELECT … FROM messages`.
    let select: String
    let table: String
    /// What all rows of the list have in common, with one argument.
    let scope: String
    let scopeArgument: String

    /// A cursor names a row of the same list. Throws `UnknownCursor` when there is none with that id.
    func page<Item>(
        _ request: PageRequest,
        in db: GRDB.Database,
        _ transform: (borrowing ResultRow) throws -> Item
    ) throws -> Page<Item> {
        var conditions = [scope]
        var arguments: [any SQLValue] = [scopeArgument]
        let ascends = request.order == .ascending
        if let after = request.after {
            conditions.append("\(table).seq \(ascends ? ">" : "<") ?")
            arguments.append(try sequence(of: after, parameter: "after", in: db))
        }
        if let before = request.before {
            conditions.append("\(table).seq \(ascends ? "<" : ">") ?")
            arguments.append(try sequence(of: before, parameter: "before", in: db))
        }
        // With `before` alone the nearest items are wanted: they are read from the cursor away and turned round.
        let readsBackwards = request.before != nil && request.after == nil
        let direction = ascends != readsBackwards ? "ASC" : "DESC"
        arguments.append(request.limit + 1)
        let sql = """
            \(select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(table).seq \(direction) LIMIT ?
            """
        var items = try db.all(sql, arguments, transform)
        let hasMore = items.count > request.limit
        if hasMore { items.removeLast() }
        if readsBackwards { items.reverse() }
        return Page(items: items, hasMore: hasMore)
    }

    private func sequence(of id: String, parameter: String, in db: GRDB.Database) throws -> Int {
        let sql = "SELECT seq FROM \(table) WHERE id = ? AND \(scope)"
        guard let sequence = try db.first(sql, [id, scopeArgument], { $0.integer(0) }) else {
            throw UnknownCursor(parameter: parameter, id: id)
        }
        return sequence
    }
}

/// A page was asked for relative to an object that is not in the list.
package struct UnknownCursor: Error, Equatable {
    /// `after` or `before`.
    package let parameter: String
    package let id: String
}
