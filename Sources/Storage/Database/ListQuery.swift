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
    /// Further conditions on what is shown. A cursor may name a row that they leave out.
    var filters: [Filter] = []

    /// A condition with one argument.
    typealias Filter = (condition: String, argument: any SQLValue)

    /// A cursor names a row of the same list, or one that was deleted lately. Throws `UnknownCursor` when there is none with that id.
    func page<Item>(
        _ request: PageRequest,
        in db: GRDB.Database,
        _ transform: (borrowing ResultRow) throws -> Item
    ) throws -> Page<Item> {
        var conditions = [scope]
        var arguments: [any SQLValue] = [scopeArgument]
        for filter in filters {
            conditions.append(filter.condition)
            arguments.append(filter.argument)
        }
        let ascends = request.order == .ascending
        if let after = request.after {
            let cursor = try cursor(at: after, parameter: "after", in: db)
            conditions.append("\(table).seq \(ascends ? cursor.newer : "<") ?")
            arguments.append(cursor.sequence)
        }
        if let before = request.before {
            let cursor = try cursor(at: before, parameter: "before", in: db)
            conditions.append("\(table).seq \(ascends ? "<" : cursor.newer) ?")
            arguments.append(cursor.sequence)
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

    private struct Cursor {
        var sequence: Int
        /// How the places of newer rows compare with it: a row that came after a deletion may have got the place.
        var newer: String
    }

    private func cursor(at id: String, parameter: String, in db: GRDB.Database) throws -> Cursor {
        let sql = "SELECT seq FROM \(table) WHERE id = ? AND \(scope)"
        if let sequence = try db.first(sql, [id, scopeArgument], { $0.integer(0) }) {
            return Cursor(sequence: sequence, newer: ">")
        }
        if let sequence = try DeletedRows(db: db).sequence(of: id, table: table, scopeArgument: scopeArgument) {
            return Cursor(sequence: sequence, newer: ">=")
        }
        throw UnknownCursor(parameter: parameter, id: id)
    }
}

/// A page was asked for relative to an object that is not in the list.
package struct UnknownCursor: Error, Equatable {
    /// `after` or `before`.
    package let parameter: String
    package let id: String
}
