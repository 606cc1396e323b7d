/// Figures to be seen at one glance: what an answer's table says, drawn.
package struct Chart: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        /// Over time.
        case line
        /// Groups with an order of their own, side by side.
        case columns
        /// Groups with names of any length, one below the other.
        case bars
    }

    package struct Series: Sendable, Equatable {
        var name: String
        /// One for each label; nil where there is no figure.
        var values: [Double?]
    }

    package let form: Form
    package let title: String
    /// What the groups are, and what the values are.
    let groups: String
    let measure: String
    /// Whether values are shares of one, to be written as percentages.
    let isPercent: Bool
    package let labels: [String]
    package let series: [Series]

    /// More groups than this can be told apart by nobody.
    static func limit(_ form: Form) -> Int {
        switch form {
        case .line: 400
        case .columns: 31
        case .bars: 25
        }
    }

    /// Nil where there is nothing to see: fewer than two groups, or no figure at all.
    ///
    /// - Parameter title: Without what is left out, which is added to it.
    init?(
        _ form: Form,
        title: String,
        groups: String,
        measure: String,
        isPercent: Bool,
        labels: [String],
        series: [Series],
        language: Language
    ) {
        let limit = Self.limit(form)
        guard labels.count > 1, series.contains(where: { $0.values.contains { $0 != nil } }) else { return nil }
        self.form = form
        self.groups = groups
        self.measure = measure
        self.isPercent = isPercent
        // Of a long time the end is shown, of a ranking the beginning.
        let shown = form == .bars ? 0..<min(limit, labels.count) : max(0, labels.count - limit)..<labels.count
        self.labels = Array(labels[shown])
        self.series = series.map { Series(name: $0.name, values: Array($0.values[shown])) }
        let isCut = shown.count < labels.count
        let counted = language("\(labels.count)개 중 \(shown.count)개", "\(shown.count) of \(labels.count)")
        self.title = isCut ? "\(title) (\(counted))" : title
    }

    func text(_ value: Double) -> String { isPercent ? Figure.percent(value, of: 1) : Figure.number(value) }

    /// The chart as a picture of text: SVG in UTF-8.
    package var svg: String { ChartDrawing(self).svg }

    /// What a file of it is called.
    package var filename: String {
        let kept = title.unicodeScalars.map { scalar -> String in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? String(scalar) : " "
        }
        let words = kept.joined().split(separator: " ").joined(separator: "-")
        return (words.isEmpty ? "chart" : String(words.prefix(60))) + ".svg"
    }
}
