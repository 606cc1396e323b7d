import DataTables

/// How the figures of an answer are defined and what was assumed.
struct Notes {
    let context: AnswerContext
    /// What the answer tells.
    let told: Set<Subject>

    enum Subject: CaseIterable {
        case counts, durations, times
    }

    var text: String? {
        let counts = told.contains(.counts) ? [views, clicks] : []
        let durations = told.contains(.durations) ? durations : []
        let zone = told.contains(.times) ? zone : nil
        let lines = ([focus] + counts + durations + [zone, relativeTime, advice]).compactMap { $0 }
        guard !lines.isEmpty else { return nil }
        let title = context.language("**계산 기준**", "**How it was computed**")
        return ([title] + lines.map { "- " + $0 }).joined(separator: "\n")
    }

    private var focus: String? {
        guard !context.analysis.filter.isAll else { return nil }
        let all = Figure.number(context.whole.events.total.events)
        let some = Figure.number(context.analysis.events.total.events)
        return context.language(
            "질문에 나온 대상의 이벤트만 계산했습니다: \(some)건 / 전체 \(all)건.",
            "Only events of what the question names are counted: \(some) of \(all)."
        )
    }

    private var views: String? {
        let analysis = context.analysis
        switch analysis.viewSource {
        case .nowhere: return nil
        case .adField(let field):
            let (korean, english) = analysis.viewsAreImpressions ? ("노출", "Impressions") : ("조회", "Views")
            return context.language(
                "\(korean) = `targetedAds`의 `\(field)` 합계.",
                "\(english) = the sum of `\(field)` of `targetedAds`."
            )
        case .events:
            let others = analysis.events.otherRows
            var korean = "조회 = 시청 이벤트 수"
            var english = "Views = the number of view events"
            var left: [String] = []
            for (count, name) in [
                (others.clicks, context.language("클릭", "click")), (others.plays, context.language("재생", "play")),
                (others.rest, context.language("그 밖의 것", "another")),
            ] where count > 0 {
                left.append(name + " \(Figure.number(count))")
            }
            if !left.isEmpty {
                korean += "(유형이 \(left.joined(separator: ", "))건인 이벤트 제외)"
                english += " (without events of type \(left.joined(separator: ", ")))"
            }
            let counted = analysis.events.countedRows
            if counted > 0, let field = analysis.events.fields.name(of: .views) {
                korean += ", `\(field)` 필드가 있는 \(Figure.number(counted))행은 그 값"
                english += "; for the \(Figure.number(counted)) rows that have `\(field)`, its value"
            }
            return context.language(korean + ".", english + ".")
        }
    }

    private var clicks: String? {
        let analysis = context.analysis
        switch analysis.clickSource {
        case .nowhere: return nil
        case .adField(let field):
            let (korean, english) = analysis.viewsAreImpressions ? ("노출", "impressions") : ("조회", "views")
            let some = analysis.totals.ratesSome
            return context.language(
                "클릭 = `targetedAds`의 `\(field)` 합계. 클릭률 = 클릭 ÷ \(korean)\(some ? ", 두 값이 다 있는 광고만" : "").",
                "Clicks = the sum of `\(field)` of `targetedAds`. Click rate = clicks ÷ \(english)"
                    + (some ? ", of the ads that tell both." : ".")
            )
        case .events:
            let names = [FieldRole.clicks, .clicked, .clickedAt, .eventType].compactMap { role in
                analysis.events.fields.name(of: role).map { "`\($0)`" }
            }
            let list = names.joined(separator: ", ")
            let untold = analysis.eventsWithoutClickTold
            let korean = untold > 0 ? " \(list) 값이 없는 \(Figure.number(untold))건은 클릭하지 않은 것으로 보았습니다." : ""
            let english =
                untold > 0 ? " The \(Figure.number(untold)) events that have no value there count as not clicked." : ""
            return context.language(
                "클릭 = 이벤트의 \(list) 기준. 클릭률 = 클릭 ÷ 조회." + korean,
                "Clicks are told by \(list) of the events. Click rate = clicks ÷ views." + english
            )
        }
    }

    private var durations: [String] {
        let analysis = context.analysis
        var lines = analysis.durationKinds.compactMap { kind -> String? in
            guard let unit = analysis.assumedUnit(of: kind) else { return nil }
            let table = analysis.events.total.durations[kind].count > 0 ? TableName.viewEvents : .signages
            let fields = analysis.fields(of: table)
            let field = fields.name(of: kind.role) ?? fields.name(of: .viewTime) ?? kind.role.examples
            let name =
                unit == .milliseconds ? context.language("밀리초", "milliseconds") : context.language("초", "seconds")
            return context.language(
                "`\(field)`에 단위가 없어 \(name)로 보았습니다.",
                "`\(field)` names no unit; it is taken for \(name)."
            )
        }
        if analysis.events.spansMeasured > 0 {
            let count = Figure.number(analysis.events.spansMeasured)
            lines.append(
                context.language(
                    "이벤트 \(count)건의 시청 시간은 종료 시각 − 시작 시각입니다.",
                    "The watch time of \(count) events is their end minus their start."
                )
            )
        }
        return lines
    }

    private var zone: String? {
        let zones = context.analysis.events.times.zones
        guard !zones.isEmpty else { return nil }
        let names = zones.map { $0.name(in: context.language) }.sorted().joined(separator: ", ")
        return context.language(
            "시각은 데이터에 적힌 그대로이며 변환하지 않았습니다: \(names).",
            "Times are as written in the data, not converted: \(names)."
        )
    }

    private var relativeTime: String? {
        guard context.question.namesRelativeTime else { return nil }
        return context.language(
            "‘오늘’, ‘지난주’ 같은 말은 해석하지 않으므로 받은 데이터 전체를 계산했습니다. 날짜별 수치는 ‘추이’를 물어보세요.",
            "Words such as “today” or “last week” are not interpreted; all data given are counted. Ask for the trend to see days."
        )
    }

    private var advice: String? {
        guard context.question.asksForAdvice else { return nil }
        return context.language(
            "이유·예측·제안은 데이터에서 계산할 수 없어 수치만 보입니다. 연결된 언어 모델이 있으면 답할 수 있습니다.",
            "Reasons, forecasts and advice cannot be computed from the data, so only figures are shown; a language model could help."
        )
    }
}

extension Moment.Zone {
    func name(in language: Language) -> String {
        switch self {
        case .unstated: return language("시간대 표기 없음", "no zone stated")
        case .epoch: return language("숫자(epoch)이므로 UTC", "numbers since 1970, shown in UTC")
        case .offset(0): return "UTC"
        case .offset(let minutes):
            let size = minutes.magnitude
            let sign = minutes < 0 ? "-" : "+"
            let hours = size / 60 < 10 ? "0\(size / 60)" : "\(size / 60)"
            return "UTC\(sign)\(hours):" + (size % 60 < 10 ? "0\(size % 60)" : "\(size % 60)")
        }
    }
}
