/// How much there is of everything.
struct TotalsSection {
    let context: AnswerContext

    var text: String {
        let language = context.language
        var table = MarkdownTable([
            MarkdownTable.Column(title: language("항목", "Item"), isNumber: false),
            MarkdownTable.Column(title: language("값", "Value")),
        ])
        for (name, value) in tableRows + eventRows + extraRows { table.append([name, value]) }
        return context.heading("전체 합계", "Totals") + "\n\n" + table.text(in: language)
    }

    private var tableRows: [(String, String)] {
        let language = context.language
        return TableName.allCases.compactMap { name in
            guard let table = context.whole.data[name] else {
                return (name.title(in: language), language("없음", "none given"))
            }
            let isRestricted = name == .viewEvents && !context.analysis.filter.isAll
            let count = isRestricted ? context.analysis.events.total.events : table.rows.count
            let total = isRestricted ? " / " + Figure.number(table.rows.count) : ""
            return (name.title(in: language), Figure.number(count) + total)
        }
    }

    private var eventRows: [(String, String)] {
        let language = context.language
        let analysis = context.analysis
        var rows: [(String, String)] = []
        let names = analysis.viewsAreImpressions ? ("노출", "impressions") : ("조회", "views")
        if let views = analysis.totalViews { rows.append((language(names.0, names.1), Figure.number(views))) }
        if let clicks = analysis.totalClicks {
            rows.append((language("클릭", "clicks"), Figure.number(clicks)))
            let totals = analysis.totals
            let rated = totals.rated
            let some = totals.ratesSome ? language(", 둘 다 있는 광고만", ", of the ads that tell both") : ""
            let title = language("클릭률 (클릭 ÷ \(names.0)\(some))", "click rate (clicks ÷ \(names.1)\(some))")
            rows.append((title, Figure.percent(rated?.clicks, of: rated?.views)))
        }
        if let plays { rows.append((language("재생", "plays"), Figure.number(plays))) }
        for kind in DurationKind.allCases {
            let sum = analysis.events.total.durations[kind]
            guard sum.count > 0 else { continue }
            let name = kind.title(in: language)
            let average = Figure.oneDecimal(analysis.averageSeconds(sum, kind))
            let title = language(
                "평균 \(name) 시간(초, \(Figure.number(sum.count))건)",
                "average \(name) time (s, \(Figure.number(sum.count)) events)"
            )
            rows.append((title, average))
            rows.append(
                (language("총 \(name) 시간(초)", "total \(name) time (s)"), Figure.oneDecimal(analysis.seconds(sum, kind)))
            )
        }
        if let first = analysis.events.times.earliest, let last = analysis.events.times.latest {
            rows.append((language("이벤트 기간", "time of events"), Figure.moment(first) + " – " + Figure.moment(last)))
        }
        return rows
    }

    private var plays: Double? {
        let analysis = context.analysis
        if analysis.eventsTellPlays { return analysis.events.total.plays }
        let filter = analysis.filter
        // What devices count is not told by ad, what ads count not by place.
        if analysis.devices.has(.plays), filter.ads == nil {
            let places = filter.locations
            let devices = analysis.deviceSubjects.compactMap(\.entity).filter { device in
                places.map { places in device.location.map(places.contains) ?? false } ?? true
            }
            return devices.compactMap(\.plays).reduce(0, +)
        }
        guard analysis.ads.has(.plays), filter.devices == nil, filter.locations == nil else { return nil }
        return analysis.adSubjects.compactMap { $0.entity?.plays }.reduce(0, +)
    }

    private var extraRows: [(String, String)] {
        context.whole.data.extraTables.prefix(10).map { table in
            (context.language("그 밖의 표 `\(table.name)`", "other table `\(table.name)`"), Figure.number(table.rows.count))
        }
    }
}
