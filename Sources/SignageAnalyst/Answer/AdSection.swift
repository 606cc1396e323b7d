/// Views, clicks and click rate by ad.
struct AdSection {
    let context: AnswerContext

    var text: String {
        let language = context.language
        let analysis = context.analysis
        let layout = analysis.adLayout
        var parts = [context.heading("광고별 성과", "By ad")]
        let subjects = analysis.adSubjects
        guard !subjects.isEmpty else {
            parts.append(context.missing(.adID, in: [.targetedAds, .viewEvents], for: "광고별 집계", "Figures by ad"))
            return parts.joined(separator: "\n\n")
        }
        let ranked = RankedRows(rows(subjects), question: context.question, layout: layout)
        if let headline = ranked.headline(language("광고", "ad"), in: language) { parts.append(headline) }
        parts.append(table(ranked, layout: layout))
        parts += missing(layout)
        return parts.joined(separator: "\n\n")
    }

    private func rows(_ subjects: [SignageAnalysis.Subject]) -> [RankedRows.Row] {
        let language = context.language
        var rows = subjects.map { ad in
            let title = ad.title(in: language)
            return RankedRows.Row(
                title: title,
                cells: [title, ad.idText],
                measures: context.analysis.measures(ofAd: ad)
            )
        }
        let rest = context.analysis.events.withoutAd
        if rest.events > 0, context.analysis.viewSource == .events {
            let title = language("(광고 정보 없음)", "(no ad named)")
            let measures = context.analysis.measures(of: rest)
            rows.append(RankedRows.Row(title: title, cells: [title, Figure.none], measures: measures))
        }
        return rows
    }

    private func table(_ ranked: RankedRows, layout: MeasureLayout) -> String {
        let language = context.language
        let names = [
            MarkdownTable.Column(title: language("광고", "Ad"), isNumber: false),
            MarkdownTable.Column(title: "ID", isNumber: false),
        ]
        var table = MarkdownTable(names + layout.columns(in: language), limit: context.limit)
        table.isAscending = ranked.isAscending
        for row in ranked.rows { table.append(row.cells + layout.cells(row.measures)) }
        if ranked.rows.count > 1 { table.sums = [language("합계", "Total"), ""] + layout.cells(ranked.sum) }
        return table.text(in: language)
    }

    private func missing(_ layout: MeasureLayout) -> [String] {
        var lines: [String] = []
        if !layout.hasViews {
            lines.append(
                context.missing(.views, in: [.targetedAds], for: "조회수(시청 이벤트도 없음)", "Views (there are no view events)")
            )
        }
        if !layout.hasClicks {
            let tables: [TableName] = context.analysis.hasEvents ? [.viewEvents] : [.viewEvents, .targetedAds]
            lines.append(context.missing(.clicked, in: tables, for: "클릭과 클릭률", "Clicks and click rate"))
        }
        return lines
    }
}
