/// Events by hour of the day and by weekday.
struct TimeSection {
    let context: AnswerContext

    var hours: String {
        let language = context.language
        let title = context.heading("시간대별 이벤트", "By hour of day")
        let times = context.analysis.events.times
        guard times.hasHours else { return title + "\n\n" + missing("시간대별 집계", "Events by hour") }
        let rows = times.byHourOfDay.enumerated().filter { $0.element.events > 0 }
        let labels = rows.map { (Figure.hour($0.offset), $0.element) }
        let quiet = 24 - rows.count
        let note =
            quiet == 0
            ? [] : [language("나머지 \(quiet)개 시간대에는 이벤트가 없습니다.", "The other \(quiet) hours of the day have no events.")]
        let parts = [title, peak(labels, "시간대", "hour"), table(labels, language("시간대", "Hour"))] + note
        return parts.joined(separator: "\n\n")
    }

    var weekdays: String {
        let title = context.heading("요일별 이벤트", "By weekday")
        let times = context.analysis.events.times
        guard !times.isEmpty else { return title + "\n\n" + missing("요일별 집계", "Events by weekday") }
        let labels = times.byWeekday.enumerated().map { (Self.weekday($0.offset, in: context.language), $0.element) }
        let parts = [title, peak(labels, "요일", "weekday"), table(labels, context.language("요일", "Weekday"))]
        return parts.joined(separator: "\n\n")
    }

    static func weekday(_ index: Int, in language: Language) -> String {
        let korean = ["월", "화", "수", "목", "금", "토", "일"]
        let english = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        return language(korean[index], english[index])
    }

    private func missing(_ korean: String, _ english: String) -> String {
        context.missing(.timestamp, in: [.viewEvents], for: korean, english)
    }

    /// The rows with the most and the fewest events.
    private func peak(_ rows: [(label: String, tally: Tally)], _ korean: String, _ english: String) -> String {
        let wantsLowest = context.question.wantsLowest
        let counts = rows.map(\.tally.events)
        guard let wanted = wantsLowest ? counts.min() : counts.max() else { return "" }
        let labels = rows.filter { $0.tally.events == wanted }.map(\.label).joined(separator: ", ")
        return context.language(
            "이벤트가 가장 \(wantsLowest ? "적은" : "많은") \(korean): **\(labels)** (\(Figure.number(wanted))건)",
            "\(wantsLowest ? "Fewest" : "Most") events by \(english): **\(labels)** (\(Figure.number(wanted)))"
        )
    }

    private func table(_ rows: [(label: String, tally: Tally)], _ title: String) -> String {
        let language = context.language
        let layout = context.analysis.timeLayout
        let names = [
            MarkdownTable.Column(title: title, isNumber: false), MarkdownTable.Column(title: language("이벤트", "Events")),
        ]
        var table = MarkdownTable(names + layout.columns(in: language))
        for row in rows {
            let measures = context.analysis.measures(of: row.tally)
            table.append([row.label, Figure.number(row.tally.events)] + layout.cells(measures))
        }
        return table.text(in: language)
    }
}
