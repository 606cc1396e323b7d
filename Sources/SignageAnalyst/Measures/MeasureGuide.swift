import DataTables

/// What a language model is told of the measures, beside the schema: which there are, how they are defined and how to compare
/// periods. English, as SQL is.
package enum MeasureGuide {
    /// Nil when the data has no table of signage that is known.
    package static func text(for catalogue: Catalogue) -> String? {
        let schema = MeasureSchema(catalogue)
        if schema.isEmpty { return nil }
        let known = Measure.allCases.filter { schema.formula($0) != nil }
        var lines = [
            "Measures (columns of the signage_by_… views; ratios are ratios of sums, times are local to the screens):"
        ]
        lines += known.map { "- \($0.rawValue): \($0.definition)" }
        let missing = Measure.allCases.filter { schema.formula($0) == nil }
        if !missing.isEmpty {
            lines.append("Not in this data: \(missing.map(\.rawValue).joined(separator: ", ")). Do not estimate them.")
        }
        lines.append("For other breakdowns aggregate signage_views, signage_plays or signage_status yourself.")
        if schema.has("date", in: .views) {
            lines.append(
                "Period against period: SELECT CASE WHEN date < '2026-03-16' THEN 'before' ELSE 'after' END AS period, sum(views), "
                    + "sum(clicks) FROM signage_views WHERE date BETWEEN '2026-03-09' AND '2026-03-22' GROUP BY period"
            )
        }
        return lines.joined(separator: "\n")
    }
}
