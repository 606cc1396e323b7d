import DataTables

/// How events change from day to day and from the first half of the time to the second.
struct TrendSection {
    let context: AnswerContext

    /// Days that are shown of a long time, the last ones.
    private static let maximumDays = 31

    var text: String {
        let title = context.heading("기간별 추이", "Trend")
        let times = context.analysis.events.times
        guard let first = times.earliest, let last = times.latest else {
            return title + "\n\n" + context.missing(.timestamp, in: [.viewEvents], for: "추이", "The trend")
        }
        let parts = first.day == last.day ? [title, singleDay(first.day)] : [title, halves(first.day, last.day), days]
        return parts.joined(separator: "\n\n")
    }

    private func singleDay(_ day: Int) -> String {
        let date = Figure.date(ofDay: day)
        let sentence = context.language(
            "모든 이벤트가 하루(\(date))의 것이라 날짜별 추이가 없습니다. 시간대별 집계는 다음과 같습니다.",
            "All events are of one day (\(date)), so there is no trend by day. By hour they are:"
        )
        return sentence + "\n\n" + TimeSection(context: context).hours
    }

    /// Two halves of equal length; of an odd number of days the middle one is in neither.
    private func halves(_ first: Int, _ last: Int) -> String {
        let language = context.language
        let length = (last - first + 1) / 2
        let analysis = context.analysis
        var early = Tally()
        var late = Tally()
        for (day, tally) in analysis.events.times.byDay {
            if day < first + length { early.add(tally) }
            if day > last - length { late.add(tally) }
        }
        let layout = analysis.timeLayout
        var table = MarkdownTable(
            [
                MarkdownTable.Column(title: language("기간", "Period"), isNumber: false),
                MarkdownTable.Column(title: language("이벤트", "Events")),
            ] + layout.columns(in: language)
        )
        for (start, tally) in [(first, early), (last - length + 1, late)] {
            let period = Figure.date(ofDay: start) + " – " + Figure.date(ofDay: start + length - 1)
            table.append([period, Figure.number(tally.events)] + layout.cells(analysis.measures(of: tally)))
        }
        var sentence = change(from: early, to: late, days: length)
        if (last - first + 1) % 2 == 1 {
            let middle = Figure.date(ofDay: first + length)
            sentence += language(
                " 가운데 날 \(middle)은 길이를 맞추려고 뺐습니다.",
                " The middle day, \(middle), is left out so that both are equally long."
            )
        }
        return sentence + "\n\n" + table.text(in: language)
    }

    private func change(from early: Tally, to late: Tally, days: Int) -> String {
        let language = context.language
        let analysis = context.analysis
        let (before, after) = (analysis.events.views(early), analysis.events.views(late))
        let views = Figure.change(from: before, to: after)
        var korean = "전반과 후반(각 \(days)일)의 조회수 변화: **\(views)**"
        var english = "Change of views from the first half to the second (\(days) days each): **\(views)**"
        if analysis.eventsTellClicks {
            let clicks = Figure.change(from: early.clicks, to: late.clicks)
            let rates = Figure.percent(early.clicks, of: before) + " → " + Figure.percent(late.clicks, of: after)
            korean += ", 클릭 변화: **\(clicks)**, 클릭률: **\(rates)**"
            english += ", of clicks: **\(clicks)**, click rate: **\(rates)**"
        }
        return language(korean, english) + "."
    }

    private var days: String {
        let language = context.language
        let analysis = context.analysis
        let layout = analysis.timeLayout
        var table = MarkdownTable(
            [
                MarkdownTable.Column(title: language("날짜", "Date"), isNumber: false),
                MarkdownTable.Column(title: language("이벤트", "Events")),
            ] + layout.columns(in: language) + [MarkdownTable.Column(title: language("조회 증감", "Change of views"))]
        )
        let days = analysis.events.times.byDay
        var previous: (day: Int, views: Double)?
        for (index, (day, tally)) in days.enumerated() {
            let views = analysis.events.views(tally)
            // A day without events in between leaves nothing to compare with.
            let before = previous.flatMap { $0.day == day - 1 ? $0.views : nil }
            previous = (day, views)
            guard index >= days.count - Self.maximumDays else { continue }
            let weekday = TimeSection.weekday(CivilCalendar.weekday(ofDay: day), in: language)
            let change = before.map { Figure.change(from: $0, to: views) } ?? Figure.none
            table.append(
                ["\(Figure.date(ofDay: day)) (\(weekday))", Figure.number(tally.events)]
                    + layout.cells(analysis.measures(of: tally)) + [change]
            )
        }
        return ([table.text(in: language)] + notes(on: days.map(\.day))).joined(separator: "\n\n")
    }

    private func notes(on days: [Int]) -> [String] {
        let language = context.language
        var notes: [String] = []
        if days.count > Self.maximumDays {
            notes.append(
                language(
                    "_마지막 \(Self.maximumDays)일 / 이벤트가 있는 \(Figure.number(days.count))일 중_",
                    "_Last \(Self.maximumDays) of \(Figure.number(days.count)) days with events_"
                )
            )
        }
        if let first = days.first, let last = days.last, last - first + 1 > days.count {
            let quiet = Figure.number(last - first + 1 - days.count)
            notes.append(
                language("이 기간에 이벤트가 없는 날: \(quiet)일.", "Days without any event in this time: \(quiet).")
            )
        }
        return notes
    }
}
