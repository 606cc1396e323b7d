/// Rows of a table in the order that a question asks for.
struct RankedRows {
    struct Row {
        let title: String
        /// Cells before the figures.
        let cells: [String]
        let measures: Measures
    }

    let rows: [Row]
    let metric: Metric?
    let isAscending: Bool
    /// Below so many views a rate says little.
    private static let smallSample = 30.0
    private let layout: MeasureLayout

    /// Sorts by the metric asked for, the highest first unless the lowest are wanted; rows without a value come last.
    init(_ rows: [Row], question: Question, layout: MeasureLayout) {
        let metric = layout.metric(question.metric)
        self.metric = metric
        self.layout = layout
        isAscending = question.wantsLowest
        guard let metric else {
            self.rows = rows
            return
        }
        let keyed = rows.map { (row: $0, key: $0.measures.value(of: metric, in: layout.analysis)) }
        let isAscending = question.wantsLowest
        self.rows = keyed.sorted { left, right in
            switch (left.key, right.key) {
            case (let left?, let right?) where left != right: return isAscending ? left < right : left > right
            case (.some, nil): return true
            case (nil, .some): return false
            default: return left.row.cells.lexicographicallyPrecedes(right.row.cells)
            }
        }
        .map(\.row)
    }

    /// The figures of all rows together.
    var sum: Measures {
        var sum = Measures()
        for row in rows { sum.add(row.measures) }
        return sum
    }

    /// A sentence that names the first row and its figure, nil when no row has one or there is only one row.
    func headline(_ subject: String, in language: Language) -> String? {
        guard rows.count > 1, let metric, let best = rows.first,
            let value = best.measures.value(of: metric, in: layout.analysis)
        else {
            return nil
        }
        let tied = rows.count { $0.measures.value(of: metric, in: layout.analysis) == value }
        let figure = figure(of: best.measures, metric, value, in: language)
        let title = MarkdownTable.cell(best.title)
        let name = metric.title(in: language)
        let end = isAscending ? language("낮은", "lowest") : language("높은", "highest")
        let others = tied > 1 ? language(", 같은 값 \(tied)개", ", \(tied) tied") : ""
        return language(
            "**\(name)** 기준 가장 \(end) \(subject): **\(title)** (\(figure)\(others))",
            "**\(end.capitalizedFirst) \(name)** by \(subject): **\(title)** (\(figure)\(others))"
        )
    }

    private func figure(of measures: Measures, _ metric: Metric, _ value: Double, in language: Language) -> String {
        switch metric {
        case .clickRate:
            let rated = measures.rated
            let isSmall = (rated?.views ?? 0) < Self.smallSample
            return Figure.percent(rated?.clicks, of: rated?.views)
                + " = \(Figure.number(rated?.clicks)) / \(Figure.number(rated?.views))"
                + (isSmall ? language(", 조회가 적어 우연일 수 있음", ", few views, may be chance") : "")
        case .clicks, .views, .plays: return Figure.number(value)
        case .dwell, .attention, .watch: return Figure.oneDecimal(value) + language("초", " s")
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
