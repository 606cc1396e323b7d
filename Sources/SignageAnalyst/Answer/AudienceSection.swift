/// Views by gender and age of the viewers.
struct AudienceSection {
    let context: AnswerContext

    var text: String {
        var parts = [context.heading("시청자 구성", "Audience")]
        let events = context.analysis.events
        if events.byGender.isEmpty, events.byAge.isEmpty {
            let korean = "시청자 성별·연령별 집계"
            let english = "Figures by gender and age of viewers"
            parts.append(context.missing(.gender, in: [.viewEvents], for: korean, english))
            parts.append(context.missing(.age, in: [.viewEvents], for: "연령별 집계", "Figures by age"))
            if let field = context.analysis.ads.fields.name(of: .target) {
                parts.append(
                    context.language(
                        "`targetedAds`의 `\(field)`은(는) 광고의 타겟 설정이며 실제 시청자 정보가 아닙니다.",
                        "`\(field)` of `targetedAds` says whom an ad aims at, not who watched it."
                    )
                )
            }
            return parts.joined(separator: "\n\n")
        }
        if !events.byGender.isEmpty { parts.append(table(events.byGender, context.language("성별", "Gender"))) }
        if !events.byAge.isEmpty { parts.append(table(events.byAge, context.language("연령", "Age"), inOrder: true)) }
        return parts.joined(separator: "\n\n")
    }

    /// - Parameter inOrder: Whether the names have an order of their own, as ages do.
    private func table(_ groups: GroupedTallies, _ title: String, inOrder: Bool = false) -> String {
        let language = context.language
        let layout = context.analysis.timeLayout
        let rows = zip(groups.names, groups.tallies).filter { $0.1.events > 0 }.map { name, tally in
            let events = Figure.number(tally.events)
            return RankedRows.Row(title: name, cells: [name, events], measures: context.analysis.measures(of: tally))
        }
        let names = [
            MarkdownTable.Column(title: title, isNumber: false), MarkdownTable.Column(title: language("이벤트", "Events")),
        ]
        var table = MarkdownTable(names + layout.columns(in: language), limit: context.limit)
        let ranked =
            inOrder
            ? rows.sorted { $0.title < $1.title } : RankedRows(rows, question: context.question, layout: layout).rows
        for row in ranked {
            table.append(row.cells + layout.cells(row.measures))
        }
        return table.text(in: language)
    }
}
