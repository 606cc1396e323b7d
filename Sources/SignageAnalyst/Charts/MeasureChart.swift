import DataTables

/// Draws the answers to questions about measures that ask how figures change or compare: over time always, between groups
/// when the question says so. Of several measures the one that the question is about is drawn.
struct MeasureChart {
    private let question: MeasureQuestion
    private var language: Language { question.language }

    /// Lines, or columns beside each other, that can be told apart.
    private static let series = 4

    init(_ question: MeasureQuestion) { self.question = question }

    /// Nil when the question asks for none, or there are too many groups to draw.
    func chart(of groups: [MeasureAnswer.Group]) -> Chart? {
        let isTrend = !question.isRanking && question.dimensions.contains(where: \.isTime)
        guard isTrend || question.asksForChart, let first = question.dimensions.first else { return nil }
        switch question.dimensions.count {
        case 1:
            let values = groups.map { value($0) }
            return chart(over: first, labels: groups.map { $0.names[0] }, series: [.init(name: "", values: values)])
        case 2:
            // What has an order goes along the axis, the other is a line or a colour each.
            let along = question.dimensions.firstIndex { $0.isOrdered } ?? 0
            let names = Self.distinct(groups.map { $0.names[1 - along] })
            guard names.count <= Self.series else { return nil }
            let labels = Self.distinct(groups.map { $0.names[along] })
            let series = names.map { name in
                let own = groups.filter { $0.names[1 - along] == name }
                return Chart.Series(
                    name: name,
                    values: labels.map { label in own.first { $0.names[along] == label }.flatMap(value) }
                )
            }
            return chart(over: question.dimensions[along], labels: labels, series: series)
        default: return nil
        }
    }

    /// What is set against each other, side by side.
    func chart(of sides: [[MeasureAnswer.Group]]) -> Chart? {
        let names = question.sides.map { language($0.label.korean, $0.label.english) }
        guard names.count <= Self.series else { return nil }
        guard let dimension = question.dimensions.first else {
            return Chart(
                .columns,
                title: title(names.joined(separator: " / ")),
                groups: "",
                measure: measure.title(in: language),
                isPercent: measure.isRatio,
                labels: names,
                series: [.init(name: "", values: sides.map { $0.first.flatMap(value) })],
                language: language
            )
        }
        guard question.dimensions.count == 1 else { return nil }
        let labels = Self.distinct(sides.flatMap { $0.map { $0.names[0] } })
        let series = zip(names, sides).map { name, groups in
            Chart.Series(
                name: name,
                values: labels.map { label in groups.first { $0.names[0] == label }.flatMap(value) }
            )
        }
        return chart(over: dimension, labels: labels, series: series)
    }

    private func chart(over dimension: MeasureDimension, labels: [String], series: [Chart.Series]) -> Chart? {
        let by = dimension.title(in: language)
        return Chart(
            question.isRanking ? .bars : dimension.form,
            title: title(language("\(by)별", "by \(by)")),
            groups: by,
            measure: measure.title(in: language),
            isPercent: measure.isRatio,
            labels: labels,
            series: series,
            language: language
        )
    }

    private func title(_ what: String) -> String {
        let about = question.filters.map { language($0.label.korean, $0.label.english) }.joined(separator: ", ")
        let name = measure.title(in: language)
        let title = language("\(what) \(name)", "\(name) \(what)")
        return about.isEmpty ? title : "\(title) – \(about)"
    }

    private var place: Int { question.measures.firstIndex { $0 == question.rankedBy } ?? 0 }

    private var measure: Measure { question.measures[place] }

    private func value(_ group: MeasureAnswer.Group) -> Double? {
        group.figures[place].flatMap { Double($0) } ?? (measure.isAdditive ? 0 : nil)
    }

    private static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

extension MeasureDimension {
    /// Whether its groups follow each other in time.
    fileprivate var isTime: Bool {
        switch self {
        case .hour, .weekday, .week, .date: true
        case .ad, .device, .location, .gender, .age: false
        }
    }

    fileprivate var form: Chart.Form {
        switch self {
        case .date, .week: .line
        case .hour, .weekday, .age, .gender: .columns
        case .ad, .device, .location: .bars
        }
    }
}
