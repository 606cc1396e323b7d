import DataTables

/// Days that a question names: `2026-03-10`, `3월 9일부터 15일까지`, `March 2-8`, the weeks of the data.
struct QuestionDates {
    struct Period: Sendable, Equatable {
        /// Days since 1970, both included.
        var first: Int
        var last: Int

        var label: String {
            first == last ? Figure.date(ofDay: first) : "\(Figure.date(ofDay: first))–\(Figure.date(ofDay: last))"
        }

        var condition: String {
            "date BETWEEN '\(Figure.date(ofDay: first))' AND '\(Figure.date(ofDay: last))'"
        }

        var days: Int { last - first + 1 }

        func isWithin(_ other: Period?) -> Bool {
            other.map { $0.first <= first && last <= $0.last } ?? false
        }
    }

    private(set) var periods: [Period] = []
    /// Whether a period was reckoned from the end of the data.
    private(set) var isRelative = false
    private let span: Period

    /// - Parameter span: The first and the last day of the data, from which years that are not said are taken.
    init(in text: inout QuestionText, span: Period) {
        self.span = span
        takeWritten(&text)
        joinOpenPeriods()
        if periods.isEmpty { takeWeeks(&text) }
        if periods.isEmpty { takeRecent(&text) }
        if periods.isEmpty { takeMonths(&text) }
    }

    // MARK: Dates

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private mutating func takeWritten(_ text: inout QuestionText) {
        while let (range, first) = date(in: text.text[...]) {
            let rest = text.text[range.upperBound...]
            let before = Self.word(before: range.lowerBound, in: text.text)
            if let (end, last) = rangeEnd(in: rest, after: first, isBetween: before == "between"), last >= first {
                periods.append(Period(first: first, last: last))
                text.replace(range.lowerBound..<end)
            } else if let (open, period) = openPeriod(at: first, before, range, rest) {
                periods.append(period)
                text.replace(open)
            } else {
                periods.append(Period(first: first, last: first))
                text.replace(range)
            }
        }
    }

    /// "After March 2 and before March 8": two periods that overlap and are open at different ends are one.
    private mutating func joinOpenPeriods() {
        guard periods.count == 2, let from = periods.first(where: { $0.last == span.last && $0.first > span.first }),
            let through = periods.first(where: { $0.first == span.first && $0.last < span.last }),
            from.first <= through.last
        else { return }
        periods = [Period(first: from.first, last: through.last)]
    }

    /// A period without an end or a beginning: `이후`, `이전`, `since`, `until`; that of the data is meant.
    private func openPeriod(
        at day: Int,
        _ before: Substring,
        _ date: Range<String.Index>,
        _ rest: Substring
    ) -> (Range<String.Index>, Period)? {
        func from(_ day: Int) -> Period { Period(first: day, last: max(day, span.last)) }
        func through(_ day: Int) -> Period { Period(first: min(day, span.first), last: day) }
        if let match = rest.prefixMatch(of: /\s*(이후|부터|이전|까지)/) {
            let range = date.lowerBound..<match.range.upperBound
            switch match.1 {
            case "이후", "부터": return (range, from(day))
            case "이전": return (range, through(day - 1))
            default: return (range, through(day))
            }
        }
        let range = before.startIndex..<date.upperBound
        switch before {
        case "after": return (range, from(day + 1))
        case "since", "from", "starting": return (range, from(day))
        case "before": return (range, through(day - 1))
        case "until", "till", "through": return (range, through(day))
        default: return nil
        }
    }

    /// The first date in a text.
    private func date(in text: Substring) -> (Range<String.Index>, Int)? {
        var found: [(Range<String.Index>, Int)] = []
        if let match = text.firstMatch(of: /(\d{4})[-.\/](\d{1,2})[-.\/](\d{1,2})/),
            let day = day(year: Int(match.1), month: Int(match.2), date: Int(match.3))
        {
            found.append((match.range, day))
        }
        if let match = text.firstMatch(of: /(?:(\d{4})년\s*)?(\d{1,2})월\s*(\d{1,2})일/),
            let day = day(year: match.1.flatMap { Int($0) }, month: Int(match.2), date: Int(match.3))
        {
            found.append((match.range, day))
        }
        let english =
            /(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,\s*(\d{4}))?/
        if let match = text.firstMatch(of: english),
            let day = day(year: match.3.flatMap { Int($0) }, month: Self.month(match.1), date: Int(match.2))
        {
            found.append((match.range, day))
        }
        for match in text.matches(of: /(?:^|[^\d\/])(\d{1,2})\/(\d{1,2})(?![\d\/])/) {
            // Else it may be a fraction.
            guard let day = day(year: nil, month: Int(match.1), date: Int(match.2)), span.first...span.last ~= day
            else { continue }
            found.append((match.1.startIndex..<match.2.endIndex, day))
        }
        return found.min { $0.0.lowerBound < $1.0.lowerBound }
    }

    /// The word that stands right before a place; empty where something else does.
    private static func word(before place: String.Index, in text: String) -> Substring {
        guard let word = text[..<place].split(whereSeparator: \.isWhitespace).last, word.allSatisfy(\.isLetter) else {
            return ""
        }
        return word
    }

    private static func month(_ name: Substring) -> Int? { months.firstIndex(of: String(name)).map { $0 + 1 } }

    private func day(year: Int?, month: Int?, date: Int?) -> Int? {
        guard let month, let date else { return nil }
        if let year { return CivilCalendar.day(year: year, month: month, day: date) }
        let years = Set([CivilCalendar.date(ofDay: span.last).year, CivilCalendar.date(ofDay: span.first).year])
        let days = years.compactMap { CivilCalendar.day(year: $0, month: month, day: date) }
        return days.first { span.first...span.last ~= $0 } ?? days.max()
    }

    /// The end of a period that has just begun: ` ~ 3월 15일`, `부터 15일까지`, `-8`, ` to march 8`.
    private func rangeEnd(in rest: Substring, after first: Int, isBetween: Bool) -> (String.Index, Int)? {
        let sign =
            rest.prefixMatch(of: /\s*(?:부터|에서|~|-|–|to|through|until)\s*/)
            ?? (isBetween ? rest.prefixMatch(of: /\s*and\s*/) : nil)
        guard let sign else { return nil }
        let behind = rest[sign.range.upperBound...]
        if let (range, day) = date(in: behind), range.lowerBound == behind.startIndex { return (range.upperBound, day) }
        let start = CivilCalendar.date(ofDay: first)
        if let match = behind.prefixMatch(of: /(\d{1,2})(?:일|st|nd|rd|th)?(?![\d시월])/), let date = Int(match.1),
            let day = CivilCalendar.day(year: start.year, month: start.month, day: date)
        {
            return (match.range.upperBound, day)
        }
        return nil
    }

    // MARK: Weeks, months and the end of the data

    /// `1주차`, `첫째 주`, `week 2`, `second week`: the weeks of the data, from Monday to Sunday.
    private mutating func takeWeeks(_ text: inout QuestionText) {
        let ordinals: [(String, Int)] = [
            ("첫째 주", 1), ("첫 주", 1), ("첫번째 주", 1), ("첫 번째 주", 1), ("둘째 주", 2), ("두번째 주", 2), ("두 번째 주", 2), ("셋째 주", 3),
            ("세 번째 주", 3), ("넷째 주", 4), ("네 번째 주", 4), ("first week", 1), ("second week", 2), ("third week", 3),
            ("fourth week", 4),
        ]
        var found: [(place: String.Index, week: Int)] = []
        for (word, week) in ordinals {
            if let range = text.text.firstRange(of: word) { found.append((range.lowerBound, week)) }
        }
        for match in text.text.matches(of: /(\d{1,2})주차|week (\d{1,2})\b/) {
            if let week = (match.1 ?? match.2).flatMap({ Int($0) }), week > 0 {
                found.append((match.range.lowerBound, week))
            }
        }
        // "the first and second week", "첫째 주와 둘째 주", "weeks 1 and 2".
        if let match = text.text.firstMatch(of: /(first|second|third) and (second|third|fourth) weeks?/) {
            let names = ["first", "second", "third", "fourth"]
            let weeks = [match.1, match.2].compactMap { names.firstIndex(of: String($0)) }
            found = weeks.enumerated().map { (text.text.index(match.range.lowerBound, offsetBy: $0), $1 + 1) }
        }
        for (_, week) in found.sorted(by: { $0.place < $1.place }) {
            let monday = span.first - CivilCalendar.weekday(ofDay: span.first) + 7 * (week - 1)
            periods.append(Period(first: max(monday, span.first), last: min(monday + 6, span.last)))
        }
        periods = periods.filter { $0.first <= $0.last }
    }

    /// `이번 주`, `지난주`, `최근 7일`, counted from the last day of the data.
    private mutating func takeRecent(_ text: inout QuestionText) {
        let monday = span.last - CivilCalendar.weekday(ofDay: span.last)
        let thisWeek = text.has(["이번 주", "이번주", "this week"])
        let lastWeek = text.has(["지난 주", "지난주", "전주", "last week", "previous week"])
        if lastWeek { periods.append(Period(first: max(span.first, monday - 7), last: monday - 1)) }
        if thisWeek || (lastWeek && text.has(["전주 대비"])) { periods.append(Period(first: monday, last: span.last)) }
        if periods.isEmpty, let match = text.text.firstMatch(of: /(?:최근|마지막|last|past)\s*(\d{1,3})\s*(?:일|days)/),
            let days = Int(match.1), days > 0
        {
            let last = Period(first: max(span.first, span.last - days + 1), last: span.last)
            if text.has(MeasureWords.compare + ["이전", "previous", "before"]) {
                periods.append(Period(first: max(span.first, last.first - days), last: last.first - 1))
            }
            periods.append(last)
            text.replace(match.range)
        }
        isRelative = !periods.isEmpty
    }

    private mutating func takeMonths(_ text: inout QuestionText) {
        let english = /in (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/
        var months = text.text.matches(of: /(\d{1,2})월(?!요일)/).compactMap { Int($0.1) }
        months += text.text.matches(of: english).compactMap { Self.month($0.1) }
        for month in months {
            guard let first = day(year: nil, month: month, date: 1) else { continue }
            let next = CivilCalendar.date(ofDay: first + 31)
            let last = (CivilCalendar.day(year: next.year, month: next.month, day: 1) ?? first + 31) - 1
            periods.append(Period(first: first, last: last))
        }
    }
}
