import DataTables

/// A question about measures, as far as rules can tell what it asks: which measures, of what, broken down how, ranked or
/// compared. Whatever is in it that these rules do not compute makes it one that they do not answer.
struct MeasureQuestion {
    enum Reading {
        case answerable(MeasureQuestion)
        /// It asks for measures, but with something that is not computed here.
        case beyond([(korean: String, english: String)])
        /// The data has no such measure, or not by what is asked.
        case missing([Measure], by: MeasureDimension?)
        /// It has words in it that are not understood.
        case unclear([String])
        /// It names no measure.
        case other
    }

    /// A reading, and what of the rows the question is about as far as that was understood.
    struct Read {
        let reading: Reading
        let filters: [Filter]
        let sides: [Side]
        /// Whether it names a morning or an evening, of which nobody knows the hours.
        let namesPartOfDay: Bool
        /// What leans on an earlier question.
        let leaning: String?
    }

    struct Filter {
        let dimension: MeasureDimension?
        let label: (korean: String, english: String)
        let condition: String
        /// Whether the name is one as the data have it, not a part of some.
        var isWholeName = true
        /// The days that are meant, where it is about days.
        var period: QuestionDates.Period?
    }

    /// What is set against each other.
    struct Side {
        let label: (korean: String, english: String)
        let condition: String
        let days: Int?
    }

    var measures: [Measure] = []
    var dimensions: [MeasureDimension] = []
    var filters: [Filter] = []
    var sides: [Side] = []
    var isRanking = false
    var wantsLowest = false
    /// The measure that groups are ranked by: the one that stands by the word of rank, else the first.
    var rankedBy: Measure?
    var limit: Int?
    var isPerDay = false
    var isShare = false
    var isRelative = false
    /// Whether the question asks for a picture, or how groups compare.
    var asksForChart = false
    let language: Language

    private init(_ language: Language) { self.language = language }

    /// - Parameter span: The days of the data; nil when it has no dates.
    static func read(
        _ question: String,
        names: NamesInData,
        schema: MeasureSchema,
        span: QuestionDates.Period?
    ) -> Read {
        var text = QuestionText(question)
        var read = MeasureQuestion(Language(of: question))
        read.takeNames(&text, names)
        let beyond = MeasureWords.beyond.filter { text.has($0.words) }
        if let span { read.takeDates(&text, span) }
        read.takeWeekdays(&text)
        let hours = read.takeHours(&text)
        let leaning = read.leaning(text)
        let reading = read.understood(text, beyond.map { ($0.korean, $0.english) }, hours, leaning, schema)
        return Read(
            reading: reading,
            filters: read.filters,
            sides: read.sides,
            namesPartOfDay: text.has(MeasureWords.partsOfDay),
            leaning: leaning
        )
    }

    /// A word that means something said before, if the question itself does not name what that is.
    private func leaning(_ text: QuestionText) -> String? {
        let hasName = filters.contains { $0.dimension == .ad || $0.dimension == .device || $0.dimension == .location }
        let word = hasName ? nil : MeasureWords.leaning.first { text.has([$0]) }
        return word?.filter { $0 != "$" && $0 != "^" }.trimmed
    }

    /// What is left of the question when names and times are taken out of it.
    private func understood(
        _ text: QuestionText,
        _ beyond: [(korean: String, english: String)],
        _ hours: Hours,
        _ leaning: String?,
        _ schema: MeasureSchema
    ) -> Reading {
        var (text, read) = (text, self)
        if text.has(MeasureWords.totalDurations) { return .other }
        read.takeMeasures(&text)
        let isPopular = (read.measures.isEmpty || read.measures == [.views]) && text.has(MeasureWords.popular)
        let saysWhat = !read.measures.isEmpty
        if isPopular || (read.measures.isEmpty && text.has(MeasureWords.busy)) { read.measures = [.views] }
        if read.measures.isEmpty { return .other }
        read.takeRanking(&text)
        if isPopular {
            read.isRanking = true
            for word in MeasureWords.popular { _ = text.take(word) }
        }
        read.takeDimensions(&text)
        // "Popular" of nothing that there are several of is no question about views.
        if isPopular, !saysWhat, read.dimensions.isEmpty, read.sides.isEmpty { return .other }
        var reasons = beyond
        if text.has(MeasureWords.partsOfDay) || text.text.contains(/\d{4}년/)
            || (!read.isRelative && text.has(["최근", "recent"]))
        {
            reasons.append(("이 기간", "this period"))
        }
        if hours == .range { reasons.append(("여러 시간의 범위", "ranges of hours")) }
        read.isPerDay = MeasureWords.perDay.contains { text.take($0) }
        read.isShare = text.has(MeasureWords.share)
        read.asksForChart = text.has(MeasureWords.chart) || text.has(MeasureWords.compare)
        if read.isShare, read.dimensions.isEmpty || !read.measures.allSatisfy(\.isAdditive) {
            reasons.append(("이 비중", "this share"))
        }
        if read.isPerDay, !read.measures.allSatisfy(\.isAdditive) || !read.dimensions.isEmpty || !read.sides.isEmpty {
            reasons.append(("이 하루 평균", "this daily average"))
        }
        if text.has(MeasureWords.average), !read.isPerDay, !read.measures.contains(where: \.isAverage) {
            reasons.append(("이 평균", "this average"))
        }
        if read.isRanking, read.dimensions.isEmpty, read.sides.isEmpty { reasons.append(("이 순위", "this ranking")) }
        if read.dimensions.count > 2 { reasons.append(("세 가지 이상의 구분", "more than two breakdowns")) }
        if !reasons.isEmpty { return .beyond(reasons) }
        let unknown = (leaning.map { [$0] } ?? []) + text.unknownWords
        if !unknown.isEmpty { return .unclear(unknown) }
        return read.checked(schema)
    }

    /// Whether the analyst's sections know neither the measures nor the rows that are asked for.
    var isBeyondSections: Bool {
        let known: Set<Measure> = [.views, .clicks, .clickRate, .dwell, .attention, .watch]
        let places: Set<MeasureDimension?> = [.ad, .device, .location]
        return !known.isSuperset(of: measures) || filters.contains { !places.contains($0.dimension) || !$0.isWholeName }
            || !sides.isEmpty
            || isPerDay || isShare || dimensions.count > 1 || dimensions.contains(.week)
    }

    /// Averages of groups stand beside the number of views that they are of, where the data has them.
    func withCounts(_ schema: MeasureSchema) -> MeasureQuestion {
        let isCounted =
            !dimensions.isEmpty && sides.isEmpty && measures.allSatisfy(\.isAverage) && !isShare && !isPerDay
        let keys = dimensions.flatMap(\.keys)
        guard isCounted, schema.formula(.views) != nil, keys.allSatisfy({ schema.has(.views, by: $0) }) else {
            return self
        }
        var question = self
        question.measures.append(.views)
        return question
    }

    private func checked(_ schema: MeasureSchema) -> Reading {
        let absent = measures.filter { schema.formula($0) == nil }
        if !absent.isEmpty { return .missing(absent, by: nil) }
        var needed = dimensions + filters.compactMap(\.dimension)
        if !sides.isEmpty || isPerDay { needed.append(.date) }
        for dimension in needed {
            let without = measures.filter { measure in !dimension.keys.allSatisfy { schema.has(measure, by: $0) } }
            if !without.isEmpty { return .missing(without, by: dimension) }
        }
        return .answerable(self)
    }

    // MARK: Reading

    private mutating func takeNames(_ text: inout QuestionText, _ names: NamesInData) {
        var found: [(entry: NamesInData.Entry, title: String)] = []
        for (name, entry) in names.entries where text.takeName(name) { found.append((entry, entry.title)) }
        for dimension in [MeasureDimension.ad, .device, .location, .gender, .age] {
            let entries = found.filter { $0.entry.dimension == dimension }.map(\.entry)
            if entries.isEmpty { continue }
            let column = dimension == .ad || dimension == .device ? dimension.keys[0] : dimension.keys.last ?? ""
            var values: [String] = []
            for value in entries.flatMap(\.values) where !values.contains(value) { values.append(value) }
            let title = entries.map(\.title).joined(separator: ", ")
            filters.append(
                Filter(
                    dimension: dimension,
                    label: (title, title),
                    condition: "\(column) IN (\(values.map(\.sqlLiteral).joined(separator: ", ")))",
                    isWholeName: dimension != .location || entries.allSatisfy { $0.values == [$0.title] }
                )
            )
            // Several of a kind are set beside each other.
            if entries.count > 1 { dimensions.append(dimension) }
        }
    }

    private mutating func takeDates(_ text: inout QuestionText, _ span: QuestionDates.Period) {
        let comparesWeeks = text.has(["전주 대비", "주간 증감", "week over week"]) && !text.has(["지난"])
        let dates = QuestionDates(in: &text, span: span)
        isRelative = dates.isRelative
        if dates.periods.count == 1 {
            let period = dates.periods[0]
            let label = (period.label, period.label)
            filters.append(Filter(dimension: .date, label: label, condition: period.condition, period: period))
        } else if comparesWeeks, dates.periods.isEmpty {
            dimensions.append(.week)
        } else {
            sides = dates.periods.sorted { $0.first < $1.first }.map {
                Side(label: ($0.label, $0.label), condition: $0.condition, days: $0.days)
            }
        }
    }

    private mutating func takeWeekdays(_ text: inout QuestionText) {
        let words: [(days: ClosedRange<Int>, words: [String], korean: String, english: String)] = [
            (6...7, ["주말", "weekends", "weekend"], "주말(토·일)", "weekend (Sat, Sun)"),
            (1...5, ["평일", "weekdays", "working days"], "평일(월–금)", "weekdays (Mon–Fri)"),
            (1...1, ["월요일", "mondays", "monday"], "월요일", "Monday"),
            (2...2, ["화요일", "tuesdays", "tuesday"], "화요일", "Tuesday"),
            (3...3, ["수요일", "wednesdays", "wednesday"], "수요일", "Wednesday"),
            (4...4, ["목요일", "thursdays", "thursday"], "목요일", "Thursday"),
            (5...5, ["금요일", "fridays", "friday"], "금요일", "Friday"),
            (6...6, ["토요일", "saturdays", "saturday"], "토요일", "Saturday"),
            (7...7, ["일요일", "sundays", "sunday"], "일요일", "Sunday"),
        ]
        // "Weekday and weekend": alone it names the day of the week.
        if text.has(["weekend"]), text.take("weekday$") { text.add(" weekdays") }
        var found: [Side] = []
        for (days, spellings, korean, english) in words {
            var isNamed = false
            for word in spellings where text.take(word) { isNamed = true }
            guard isNamed else { continue }
            let condition = "weekday BETWEEN \(days.lowerBound) AND \(days.upperBound)"
            found.append(Side(label: (korean, english), condition: condition, days: nil))
        }
        if found.count == 1 {
            filters.append(Filter(dimension: .weekday, label: found[0].label, condition: found[0].condition))
        } else if found.count > 1, sides.isEmpty {
            sides = found
        }
    }

    private enum Hours { case none, one, range }

    /// `18시`, `오후 6시`, `6 pm`, `at 18:00`: one hour.
    private mutating func takeHours(_ text: inout QuestionText) -> Hours {
        var hours: [Int] = []
        while let match = text.text.firstMatch(of: /(오전|오후)?\s*(\d{1,2})시(?!간)/) {
            guard var hour = Int(match.2) else { break }
            if match.1 == "오후", hour < 12 { hour += 12 }
            hours.append(hour)
            text.replace(match.range)
        }
        while let match = text.text.firstMatch(of: /\b(\d{1,2})(?::00)?\s*(am|pm)\b/) {
            guard let hour = Int(match.1), hour <= 12 else { break }
            hours.append(hour % 12 + (match.2 == "pm" ? 12 : 0))
            text.replace(match.range)
        }
        while let match = text.text.firstMatch(of: /\b(\d{1,2}):00\b/) {
            guard let hour = Int(match.1) else { break }
            hours.append(hour)
            text.replace(match.range)
        }
        guard let hour = hours.first, hour < 24 else { return hours.isEmpty ? .none : .range }
        if hours.count > 1 { return .range }
        let label = Figure.hour(hour)
        filters.append(Filter(dimension: .hour, label: (label, label), condition: "hour = \(hour)"))
        return .one
    }

    private mutating func takeMeasures(_ text: inout QuestionText) {
        // Longer words first, whatever measure they name: "클릭률" before "클릭".
        let words = MeasureWords.measures.enumerated().flatMap { order, entry in
            entry.1.map { (word: $0, measure: entry.0, order: order) }
        }
        let original = text.text
        var rest = text
        var places: [(place: Int, measure: Measure)] = []
        for (word, measure, _) in words.sorted(by: { ($1.word.count, $0.order) < ($0.word.count, $1.order) }) {
            // The place is looked for with the longer words blanked out, so that it is this word's own.
            guard let place = rest.place(of: word), text.take(word) else { continue }
            rest.blank(word)
            places.append((place, measure))
        }
        for (_, measure) in places.sorted(by: { $0.place < $1.place }) where !measures.contains(measure) {
            measures.append(measure)
        }
        rankedBy = Self.ranked(places.sorted { $0.place < $1.place }, in: original, language)
    }

    /// "조회수가 가장 많은 광고의 클릭률": what stands before the word of rank in Korean, behind it in English.
    private static func ranked(
        _ places: [(place: Int, measure: Measure)],
        in text: String,
        _ language: Language
    ) -> Measure? {
        let words = QuestionText(text)
        guard let rank = (MeasureWords.highest + MeasureWords.lowest).compactMap({ words.place(of: $0) }).min() else {
            return places.first?.measure
        }
        let before = places.last { $0.place < rank }?.measure
        let after = places.first { $0.place > rank }?.measure
        return language == .korean ? before ?? after : after ?? before
    }

    private mutating func takeRanking(_ text: inout QuestionText) {
        wantsLowest = text.has(MeasureWords.lowest)
        isRanking = wantsLowest || text.has(MeasureWords.highest)
        let number = /(?:상위|하위|top|bottom|best|worst)\s*(\d{1,3})|(\d{1,3})\s*(?:개|곳|대)/
        if isRanking, let match = text.text.firstMatch(of: number) {
            limit = (match.1 ?? match.2).flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
            // "디바이스 10대" is no age.
            if text.text[match.range].hasSuffix("대"), text.has(MeasureWords.countedInDae) { text.replace(match.range) }
        }
    }

    private mutating func takeDimensions(_ text: inout QuestionText) {
        // "추이" alone means days; beside another time it says how that goes.
        let namesDays = text.has(MeasureWords.days)
        for (dimension, words) in MeasureWords.dimensions {
            var isNamed = false
            for word in words where text.take(word) { isNamed = true }
            guard isNamed, !dimensions.contains(dimension) else { continue }
            // "강남역 디바이스의 조회수" names one, it does not ask for all.
            let isFiltered = filters.contains { $0.dimension == dimension }
            if !isFiltered || isRanking { dimensions.append(dimension) }
        }
        if isRanking, dimensions.isEmpty, sides.isEmpty, let dimension = rankedDimension(in: text) {
            dimensions = [dimension]
        }
        // "Which hour on weekends": days and weeks that are sides are no breakdown.
        if !sides.isEmpty { dimensions.removeAll { $0 == .date || $0 == .week || $0 == .weekday } }
        let otherTimes: Set<MeasureDimension> = [.hour, .weekday, .week]
        if !namesDays, !otherTimes.isDisjoint(with: dimensions) { dimensions.removeAll { $0 == .date } }
        if filters.contains(where: { $0.dimension == .date }) { dimensions.removeAll { $0 == .week } }
    }

    /// What a ranking is of when no breakdown is named outright: in Korean what the words of rank stand before ("가장 많은
    /// 지역"), else what is named first.
    private func rankedDimension(in text: QuestionText) -> MeasureDimension? {
        let found = MeasureWords.ranked.flatMap { dimension, words in
            words.compactMap { word in text.place(of: word).map { (place: $0, dimension: dimension) } }
        }.sorted { $0.place < $1.place }
        let rank = (MeasureWords.highest + MeasureWords.lowest).compactMap { text.place(of: $0) }.min() ?? 0
        let behind = language == .korean ? found.first { $0.place > rank } : nil
        return (behind ?? found.first)?.dimension
    }
}
