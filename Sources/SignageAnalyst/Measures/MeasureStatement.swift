/// The SQL that computes measures, broken down or not, over chosen rows. Sums of each view are made apart and then put side by
/// side, so that a ratio of a group is the ratio of its sums.
struct MeasureStatement {
    let schema: MeasureSchema
    let measures: [Measure]
    /// The columns that rows are grouped by; empty for one row of totals.
    var keys: [String] = []
    /// Conditions on rows, each on a column that all views have.
    var conditions: [String] = []

    var sql: String {
        let parts = parts
        let sources = Measure.Source.allCases.filter { source in parts.contains { $0.source == source } }
        var clauses = sources.map { source in
            let sums = parts.filter { $0.source == source }.map { "\($0.sql) AS \($0.measure.rawValue)" }
            return "\(source.alias) AS (SELECT \((keys + sums).joined(separator: ", ")) FROM \(source.rawValue)"
                + whereClause + groupClause + ")"
        }
        let columns = measures.map { "\(expression($0)) AS \($0.rawValue)" }
        if keys.isEmpty {
            return "WITH \(clauses.joined(separator: ", ")) SELECT \(columns.joined(separator: ", ")) FROM "
                + sources.map(\.alias).joined(separator: ", ")
        }
        let all = sources.map { "SELECT \(keys.joined(separator: ", ")) FROM \($0.alias)" }
        clauses.append("k AS (\(all.joined(separator: " UNION ")))")
        let joins = sources.map { source in
            let same = keys.map { "\(source.alias).\($0) IS k.\($0)" }.joined(separator: " AND ")
            return " LEFT JOIN \(source.alias) ON \(same)"
        }
        return "WITH \(clauses.joined(separator: ", ")) SELECT "
            + (keys.map { "k.\($0) AS \($0)" } + columns).joined(separator: ", ") + " FROM k" + joins.joined()
    }

    private struct Part {
        let measure: Measure
        let source: Measure.Source
        let sql: String
    }

    /// The sums that the measures are made of, each once.
    private var parts: [Part] {
        var parts: [Part] = []
        func add(_ measure: Measure) {
            switch schema.formula(measure) {
            case .aggregate(let source, _, let sql):
                if !parts.contains(where: { $0.measure == measure }) {
                    parts.append(Part(measure: measure, source: source, sql: sql))
                }
            case .ratio(let part, let whole):
                add(part)
                add(whole)
            case nil: break
            }
        }
        for measure in measures { add(measure) }
        return parts
    }

    private func expression(_ measure: Measure) -> String {
        switch schema.formula(measure) {
        case .aggregate(let source, _, _): "\(source.alias).\(measure.rawValue)"
        case .ratio(let part, let whole): "\(expression(part)) * 1.0 / NULLIF(\(expression(whole)), 0)"
        case nil: "NULL"
        }
    }

    private var whereClause: String {
        conditions.isEmpty ? "" : " WHERE " + conditions.map { "(\($0))" }.joined(separator: " AND ")
    }

    private var groupClause: String { keys.isEmpty ? "" : " GROUP BY \(keys.joined(separator: ", "))" }
}

extension Measure.Source {
    /// What it is called inside a statement.
    fileprivate var alias: String {
        switch self {
        case .plays: "p"
        case .views: "v"
        case .status: "s"
        }
    }
}
