/// Why a query was not answered, in words that help to write a better one.
package struct QueryError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The query is wrong, or asks for what it may not have.
        case refused
        case tooSlow
        case cancelled
        /// The database cannot be read.
        case broken
    }

    package let kind: Kind
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

extension Catalogue {
    /// SQLite's message, with what there is in place of what was not found.
    func explaining(_ message: String) -> String {
        if let name = message.rest(after: "no such table: ") {
            return "There is no table \(name). Tables and views: \(tableNames)."
        }
        if let name = message.rest(after: "no such column: ") {
            return "There is no column \(name). \(columnsLike(name))"
        }
        if let name = message.rest(after: "ambiguous column name: ") {
            return "The column \(name) is in several of the tables: write table.column."
        }
        if let name = message.rest(after: "no such function: ") {
            return "There is no function \(name). The SQL is SQLite's: strftime('%H', t) for the hour, "
                + "|| to join texts, CASE for conditions; median(x) and percentile(x, p) are there too."
        }
        if message.contains("misuse of aggregate") {
            return message + ". Use HAVING for conditions on aggregates, or a subquery."
        }
        return message + (message.hasSuffix(".") ? "" : ".")
    }

    private var tableNames: String {
        let names = tables.map(\.name.sqlName) + views.map(\.name.sqlName)
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private func columnsLike(_ name: String) -> String {
        let column = name.split(separator: ".").last.map(String.init) ?? name
        let wanted = column.folded
        let all = tables.map { ($0.name, $0.columns.map(\.name)) } + views.map { ($0.name, $0.columns) }
        let similar = all.flatMap { table, columns in
            columns.filter { $0.folded == wanted || (wanted.count > 2 && $0.folded.contains(wanted)) }
                .map { "\(table.sqlName).\($0.sqlName)" }
        }
        if !similar.isEmpty { return "Similar: \(similar.prefix(8).joined(separator: ", "))." }
        return all.prefix(8).map { table, columns in
            let shown = columns.prefix(25).map(\.sqlName).joined(separator: ", ")
            return "\(table.sqlName) has: \(shown)\(columns.count > 25 ? ", …" : "")."
        }.joined(separator: " ")
    }
}

extension String {
    fileprivate func rest(after beginning: String) -> String? {
        hasPrefix(beginning) ? String(dropFirst(beginning.count)) : nil
    }

    /// Without case and separators, so that `viewedAt` and `viewed_at` are alike.
    fileprivate var folded: String { lowercased().filter { $0 != "_" && $0 != " " && $0 != "\"" } }
}
