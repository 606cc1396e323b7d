import DataTables

/// Which measures can be computed from a database, by which views, and by what they can be broken down.
struct MeasureSchema {
    private let columns: [Measure.Source: Set<String>]
    let catalogue: Catalogue

    init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
        var columns: [Measure.Source: Set<String>] = [:]
        for source in Measure.Source.allCases {
            if let view = catalogue.view(named: source.rawValue) { columns[source] = Set(view.columns) }
        }
        self.columns = columns
    }

    var isEmpty: Bool { columns.isEmpty }

    func has(_ column: String, in source: Measure.Source) -> Bool { columns[source]?.contains(column) ?? false }

    /// How a measure is computed here; nil when the data does not have it.
    func formula(_ measure: Measure) -> Measure.Formula? {
        measure.formulas.first { formula in
            switch formula {
            case .aggregate(let source, let needed, _): needed.allSatisfy { has($0, in: source) }
            case .ratio(let part, let whole): self.formula(part) != nil && self.formula(whole) != nil
            }
        }
    }

    /// The views that a measure is computed from; empty when the data does not have it.
    func sources(_ measure: Measure) -> [Measure.Source] {
        switch formula(measure) {
        case .aggregate(let source, _, _): [source]
        case .ratio(let part, let whole): Array(Set(sources(part) + sources(whole)))
        case nil: []
        }
    }

    /// Whether a measure can be broken down, or restricted, by a column.
    func has(_ measure: Measure, by column: String) -> Bool {
        let sources = sources(measure)
        return !sources.isEmpty && sources.allSatisfy { has(column, in: $0) }
    }
}
