import DataTables

/// Answers questions about measures from the views over a thread's tables, exactly, or says what it does not compute.
package struct MeasureAnswer {
    private let queries: TableQueries
    private let schema: MeasureSchema
    private let question: MeasureQuestion

    package enum Result: Sendable, Equatable {
        case answer(Answer)
        /// What the question asks for that is not computed, said in its language.
        case refusal(String)
        /// It names measures, but with words that are not understood: nothing is claimed.
        case unclear([String], notice: String?)
        /// The question is not about measures.
        case other(notice: String? = nil)
    }

    package struct Answer: Sendable, Equatable {
        /// In Markdown and the question's language.
        package var text: String
        /// Whether the analyst's other sections have nothing to add, as they know neither the measure nor the part of the rows
        /// that is asked for.
        package var isWhole: Bool
        /// The figures drawn, where the question asks how they change or compare.
        package var chart: Chart?
        /// That of the question; what is in the data may be in another.
        let language: Language
    }

    /// Whether a text names a measure, or a condition on what is measured, so that it is worth making tables for it.
    package static func mayAnswer(_ text: String) -> Bool {
        let words = QuestionText(Question.words(of: text))
        return words.has(MeasureWords.busy + MeasureWords.popular + MeasureWords.conditions + MeasureWords.partsOfDay)
            || MeasureWords.measures.contains { words.has($0.1) }
            || words.text.contains(/\d{1,2}월|\d{4}-\d{2}-\d{2}|[1-9]0대/)
    }

    /// Blocks while it computes.
    package static func answer(_ text: String, over queries: TableQueries) throws(QueryError) -> Result {
        let schema = MeasureSchema(queries.catalogue)
        // Ads that count their own views and clicks are believed where the events know of no clicks.
        let countsAreElsewhere =
            schema.formula(.clicks) == nil
            && queries.catalogue.tables.contains { table in
                SignageTable(table) == .targetedAds && MappedTable(table, as: .targetedAds).has(.clicks)
            }
        if schema.isEmpty { return .other() }
        let words = Question.words(of: text)
        let language = Language(of: words)
        let names = try NamesInData(queries, schema)
        let span = span(queries.catalogue)
        let read = MeasureQuestion.read(words, names: names, schema: schema, span: span)
        let ignored = MeasureNotice.ignored(read, span: span, language)
        switch read.reading {
        case .other: return .other(notice: ignored)
        case .beyond(let reasons):
            let list = reasons.map { language($0.korean, $0.english) }.joined(separator: ", ")
            let text = language(
                "이 질문의 \(list)은(는) 이 분석기가 계산하지 않습니다.",
                "This analyst does not compute \(list), which the question asks for."
            )
            return .refusal(([text] + [ignored].compactMap { $0 }).joined(separator: "\n\n"))
        case .unclear(let words): return .unclear(words, notice: ignored)
        case .missing(let measures, let dimension):
            // The other sections say what is missing of these, or have it from other fields.
            let told: Set<Measure> = [.plays, .views, .clicks, .clickRate, .dwell, .attention, .watch]
            if dimension == nil, told.isSuperset(of: measures) { return .other(notice: ignored) }
            return .refusal(MeasureNotice.missing(measures, dimension, language))
        case .answerable(let question)
        where countsAreElsewhere && !Set(question.measures).isDisjoint(with: [.views, .clicks, .clickRate]):
            return .other(notice: ignored)
        case .answerable(let question):
            let answer = MeasureAnswer(queries: queries, schema: schema, question: question.withCounts(schema))
            return .answer(try answer.written(isWhole: question.isBeyondSections))
        }
    }

    /// The days that the rows are from, by the profile of their columns.
    private static func span(_ catalogue: Catalogue) -> QuestionDates.Period? {
        var days: [Int] = []
        for table in catalogue.tables {
            guard let kind = SignageTable(table), kind == .viewEvents || kind == .plays || kind == .statusReports else {
                continue
            }
            for column in table.columns where column.kind == .dateTime || column.kind == .date {
                for text in [column.range?.smallest, column.range?.largest].compactMap({ $0 }) {
                    if let moment = MomentParser.moment(in: text) { days.append(moment.day) }
                }
            }
        }
        guard let first = days.min(), let last = days.max() else { return nil }
        return QuestionDates.Period(first: first, last: last)
    }

    private var language: Language { question.language }

    // MARK: Text

    private func written(isWhole: Bool) throws(QueryError) -> Answer {
        var parts: [String] = []
        var chart: Chart?
        if !question.filters.isEmpty {
            let list = question.filters.map { "**\(MarkdownTable.cell(language($0.label.korean, $0.label.english)))**" }
            parts.append(language("대상: ", "About: ") + list.joined(separator: ", "))
        }
        if !question.sides.isEmpty {
            let sides = try sides()
            parts += comparison(sides)
            chart = MeasureChart(question).chart(of: sides)
        } else if question.dimensions.isEmpty {
            parts += try totals()
        } else {
            let groups = try groups()
            parts += [headline(groups), table(groups)].compactMap { $0 }
            chart = MeasureChart(question).chart(of: groups)
        }
        let text = (parts + notes).joined(separator: "\n\n")
        return Answer(text: text, isWhole: isWhole, chart: chart, language: language)
    }

    private var notes: [String] {
        var notes = question.measures.compactMap { $0.note(in: language) }
        if question.isRelative, let span = Self.span(queries.catalogue) {
            let last = Figure.date(ofDay: span.last)
            notes.append(
                language(
                    "기간은 데이터의 마지막 날(\(last))을 기준으로 셌습니다.",
                    "Periods are counted from the last day of the data, \(last)."
                )
            )
        }
        return notes.isEmpty ? [] : ["_" + notes.joined(separator: " · ") + "_"]
    }

    private func totals() throws(QueryError) -> [String] {
        let row = try run(keys: [], conditions: question.filters.map(\.condition)).first ?? []
        var lines: [String] = []
        for (measure, value) in zip(question.measures, row) {
            lines.append("- \(measure.title(in: language)): **\(figure(value, measure))**")
        }
        if question.isPerDay {
            let days = try dayCount()
            lines = zip(question.measures, row).map { measure, value in
                let average = value.flatMap { Double($0) }.map { days > 0 ? $0 / Double(days) : 0 }
                let title = language(
                    "하루 평균 \(measure.title(in: .korean))",
                    "\(measure.title(in: .english)) per day on average"
                )
                let how = language(
                    "\(figure(value, measure)) ÷ \(days)일",
                    "\(figure(value, measure)) over \(days) days"
                )
                return "- \(title): **\(Figure.number(average))** (\(how))"
            }
        }
        return [lines.joined(separator: "\n")]
    }

    /// The days with rows of the first measure, which averages are over.
    private func dayCount() throws(QueryError) -> Int {
        guard let source = schema.sources(question.measures[0]).first else { return 0 }
        let conditions = question.filters.map { "(\($0.condition))" }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let rows = try queries.run("SELECT count(DISTINCT date) FROM \(source.rawValue)\(filter)", limits: Self.limits)
            .rows
        return rows.first?.first?.text.flatMap { Int($0) } ?? 0
    }

    // MARK: Breakdowns

    struct Group {
        let names: [String]
        let figures: [String?]
    }

    private func groups() throws(QueryError) -> [Group] {
        let dimensions = question.dimensions
        let keys = dimensions.flatMap(\.keys)
        let rows = try run(keys: keys, conditions: question.filters.map(\.condition))
        var groups: [Group] = []
        for row in rows {
            var names: [String] = []
            var place = 0
            for dimension in dimensions {
                place += dimension.keys.count
                let none = language("(정보 없음)", "(not given)")
                names.append(row[place - 1].map { dimension.name(of: $0, in: language) } ?? none)
            }
            groups.append(Group(names: names, figures: Array(row[keys.count...])))
        }
        let absent = try absent(rows, keys)
        groups += absent.map { row in
            Group(names: [row[keys.count - 1] ?? Figure.none], figures: Array(row[keys.count...]))
        }
        return ranked(groups, rows + absent)
    }

    /// Whether a condition leaves out some of what a breakdown is by: devices are in places.
    private func narrows(_ breakdown: MeasureDimension, _ condition: MeasureDimension?) -> Bool {
        breakdown == .ad ? condition == .ad : condition == .device || condition == .location
    }

    /// The keys of ads, devices or places of their tables that no row counted has: their sums are zero.
    private func absent(_ rows: [[String?]], _ keys: [String]) throws(QueryError) -> [[String?]] {
        let isOfEvents = question.measures.allSatisfy { [.views, .clicks].contains($0) }
        guard isOfEvents, question.dimensions.count == 1, !question.isShare,
            !question.filters.contains(where: { narrows(question.dimensions[0], $0.dimension) })
        else { return [] }
        let view = question.dimensions == [.ad] ? "signage_ads" : "signage_devices"
        guard [.ad, .device, .location].contains(question.dimensions[0]),
            let known = schema.catalogue.view(named: view), keys.allSatisfy(known.columns.contains)
        else { return [] }
        // Events may name an ad by its title, which is its id then.
        let counted = Set(rows.compactMap { $0[0] })
        let list = keys.joined(separator: ", ")
        return try queries.run("SELECT DISTINCT \(list) FROM \(view)", limits: Self.limits).rows
            .map { $0.map(\.text) }
            .filter { row in row[0] != nil && !row.contains { $0.map(counted.contains) ?? false } }
            .map { $0 + question.measures.map { _ in "0" } }
    }

    private var isInOrder: Bool {
        !question.isRanking && question.dimensions.allSatisfy(\.isOrdered)
    }

    /// By the first measure, those without a figure last; groups with an order of their own keep it unless they are ranked.
    private func ranked(_ groups: [Group], _ rows: [[String?]]) -> [Group] {
        if isInOrder {
            let order = rows.indices.sorted {
                Self.isBefore(rows[$0], rows[$1], keys: question.dimensions.flatMap(\.keys).count)
            }
            return order.map { groups[$0] }
        }
        let rankedBy = rankedMeasure
        return groups.enumerated().sorted { first, second in
            let (one, other) = (value(first.element, rankedBy), value(second.element, rankedBy))
            if one == nil || other == nil { return one != nil && other == nil }
            if one == other { return first.element.names.lexicographicallyPrecedes(second.element.names) }
            return question.wantsLowest ? (one ?? 0) < (other ?? 0) : (one ?? 0) > (other ?? 0)
        }.map(\.element)
    }

    private static func isBefore(_ first: [String?], _ second: [String?], keys: Int) -> Bool {
        for index in 0..<keys {
            let (one, other) = (first[index], second[index])
            if one == other { continue }
            guard let one, let other else { return other == nil }
            if let left = Double(one), let right = Double(other) { return left < right }
            return one < other
        }
        return false
    }

    private func value(_ group: Group, _ measure: Int) -> Double? { group.figures[measure].flatMap { Double($0) } }

    private var rankedMeasure: Int { question.measures.firstIndex { $0 == question.rankedBy } ?? 0 }

    private func headline(_ groups: [Group]) -> String? {
        let candidates = groups.filter { value($0, rankedMeasure) != nil }
        guard question.isRanking || question.dimensions.count == 1, candidates.count > 1 else { return nil }
        let measure = question.measures[rankedMeasure]
        let picked =
            question.wantsLowest
            ? candidates.min { (value($0, rankedMeasure) ?? 0) < (value($1, rankedMeasure) ?? 0) }
            : candidates.max { (value($0, rankedMeasure) ?? 0) < (value($1, rankedMeasure) ?? 0) }
        guard let picked else { return nil }
        let best = value(picked, rankedMeasure)
        let equals = candidates.filter { value($0, rankedMeasure) == best }
        let names = equals.prefix(5).map { "**\(MarkdownTable.cell($0.names.joined(separator: " · ")))**" }.joined(
            separator: ", "
        )
        let more = equals.count > 5 ? language(" 외 \(equals.count - 5)개", " and \(equals.count - 5) more") : ""
        var figure = figure(picked.figures[rankedMeasure], measure)
        if equals.count == 1, question.measures.count > 1 {
            let others = question.measures.indices.filter { $0 != rankedMeasure }.map { index in
                let other = question.measures[index]
                return "\(other.title(in: language)) \(self.figure(picked.figures[index], other))"
            }
            figure += " (\(others.joined(separator: ", ")))"
        }
        let title = measure.title(in: language)
        return question.wantsLowest
            ? language("\(title) 최저: \(names)\(more) — \(figure)", "Lowest \(title): \(names)\(more) — \(figure)")
            : language("\(title) 최고: \(names)\(more) — \(figure)", "Highest \(title): \(names)\(more) — \(figure)")
    }

    private static let tableRows = 40

    private func table(_ groups: [Group]) -> String {
        var columns = question.dimensions.map {
            MarkdownTable.Column(title: $0.title(in: language), isNumber: false)
        }
        for measure in question.measures {
            columns.append(MarkdownTable.Column(title: measure.title(in: language)))
            if question.isShare { columns.append(MarkdownTable.Column(title: language("비중", "share"))) }
        }
        var table = MarkdownTable(columns, limit: question.limit ?? Self.tableRows)
        table.isAscending = question.wantsLowest
        let sums = question.measures.indices.map { index in groups.reduce(0.0) { $0 + (value($1, index) ?? 0) } }
        for group in groups {
            var cells = group.names
            for (index, measure) in question.measures.enumerated() {
                cells.append(figure(group.figures[index], measure))
                if question.isShare { cells.append(Figure.percent(value(group, index), of: sums[index])) }
            }
            table.append(cells)
        }
        return table.text(in: language)
    }

    // MARK: Comparisons

    /// The groups of each side, in the order of the sides.
    private func sides() throws(QueryError) -> [[Group]] {
        var sides: [[Group]] = []
        let keys = question.dimensions.flatMap(\.keys)
        for side in question.sides {
            let rows = try run(keys: keys, conditions: question.filters.map(\.condition) + [side.condition])
            sides.append(
                rows.map { row in
                    var names: [String] = []
                    var place = 0
                    for dimension in question.dimensions {
                        place += dimension.keys.count
                        names.append(row[place - 1].map { dimension.name(of: $0, in: language) } ?? Figure.none)
                    }
                    return Group(names: names, figures: Array(row[keys.count...]))
                }
            )
        }
        return sides
    }

    /// A row for each side; with two, the change from the first to the second.
    private func comparison(_ sides: [[Group]]) -> [String] {
        var columns = [MarkdownTable.Column(title: language("구분", "Group"), isNumber: false)]
        columns += question.dimensions.map { MarkdownTable.Column(title: $0.title(in: language), isNumber: false) }
        columns += question.measures.map { MarkdownTable.Column(title: $0.title(in: language)) }
        var table = MarkdownTable(columns, limit: 100)
        for (side, groups) in zip(question.sides, sides) {
            let label = language(side.label.korean, side.label.english)
            for group in groups {
                table.append([label] + group.names + zip(question.measures, group.figures).map { figure($1, $0) })
            }
        }
        var parts = [table.text(in: language)]
        let totals = question.dimensions.isEmpty ? sides.map { $0.first?.figures ?? [] } : []
        if totals.count == 2 { parts.insert(change(totals), at: 0) }
        return parts
    }

    private func change(_ totals: [[String?]]) -> String {
        let labels = question.sides.map { language($0.label.korean, $0.label.english) }
        return question.measures.enumerated().map { index, measure in
            let (before, after) = (totals[0][index].flatMap { Double($0) }, totals[1][index].flatMap { Double($0) })
            let title = measure.title(in: language)
            let figures = "\(figure(totals[0][index], measure)) → \(figure(totals[1][index], measure))"
            guard let before, let after else { return "- \(title): \(labels[0]) → \(labels[1]): **\(figures)**" }
            let step =
                measure.isRatio
                ? points(after - before) : Figure.change(from: before, to: after)
            return "- \(title): \(labels[0]) → \(labels[1]): **\(figures)** (\(step))"
        }.joined(separator: "\n")
    }

    /// A difference of ratios in percentage points.
    private func points(_ difference: Double) -> String {
        let sign = difference > 0 ? "+" : difference < 0 ? "-" : "±"
        return sign + Figure.oneDecimal(difference.magnitude * 100) + language("%p", " points")
    }

    // MARK: Figures

    private static let limits = QueryLimits(time: .seconds(30), rows: 20_000, bytes: 8 << 20)

    private func run(keys: [String], conditions: [String]) throws(QueryError) -> [[String?]] {
        let statement = MeasureStatement(
            schema: schema,
            measures: question.measures,
            keys: keys,
            conditions: conditions
        )
        return try queries.run(statement.sql, limits: Self.limits).rows.map { $0.map(\.text) }
    }

    private func figure(_ value: String?, _ measure: Measure) -> String {
        guard let value, let number = Double(value) else {
            return measure.isAdditive || measure == .screens ? "0" : Figure.none
        }
        if measure.isRatio { return Figure.percent(number, of: 1) }
        if measure.isAverage { return Figure.oneDecimal(number) }
        return Figure.number(number)
    }
}
