/// Puts the sections together that a question calls for.
struct AnswerBody {
    let context: AnswerContext
    let focus: Focus

    var parts: [String] {
        let quality = QualitySection(context: context)
        switch kind {
        case .smallTalk:
            return [greeting, TotalsSection(context: context).text]
                + [quality.warning(limit: 2), notes(Set(Notes.Subject.allCases))].compactMap { $0 }
        case .overview:
            return introduction + overview + [notes(Set(Notes.Subject.allCases))].compactMap { $0 }
        case .topics(let topics):
            let named = NamedFieldSection(context: context)
            let warning = topics.contains(.quality) ? nil : quality.warning(limit: 3)
            return introduction + unanswered(named) + [named.text].compactMap { $0 } + sections(topics)
                + [warning, notes(told(by: topics))].compactMap { $0 }
        }
    }

    /// A question that names an ad, a device or a field is never small talk.
    private var kind: Question.Kind {
        let asked = context.question.kind
        if asked == .smallTalk {
            if NamedFieldSection(context: context).text != nil { return .topics([]) }
            if !focus.titles.isEmpty { return .overview }
        }
        return asked
    }

    private var introduction: [String] {
        guard !focus.titles.isEmpty else { return [] }
        let names = focus.titles.prefix(5).map { "**\(MarkdownTable.cell($0))**" }.joined(separator: ", ")
        let more =
            focus.titles.count > 5
            ? context.language(" 외 \(focus.titles.count - 5)개", " and \(focus.titles.count - 5) more") : ""
        return [context.language("질문 대상: \(names)\(more)", "About: \(names)\(more)")]
    }

    private var greeting: String {
        let hello = context.language(
            "디지털 사이니지 데이터를 계산해 드리는 규칙 기반 분석기입니다. 이 말에서 계산할 것을 찾지 못했습니다. 앞의 질문에 이어지는 말은 알아듣지 못하니 온전한 문장으로 물어보세요.",
            "This rule-based analyst computes figures of digital-signage data and found nothing to compute in this message. What leans on "
                + "an earlier question is not understood: please ask in a whole sentence."
        )
        return hello + " " + Guide(language: context.language).abilities
    }

    private var overview: [String] {
        if isRestricted { return focusedOverview }
        var sections = [TotalsSection(context: context).text]
        sections.append(AdSection(context: context).text)
        sections.append(DeviceSection(context: context).text)
        sections.append(LocationSection(context: context).text)
        if context.analysis.hasEvents {
            let times = TimeSection(context: context)
            sections += [times.hours, times.weekdays]
            let events = context.analysis.events
            if !events.byGender.isEmpty || !events.byAge.isEmpty {
                sections.append(AudienceSection(context: context).text)
            }
        }
        sections.append(AvailabilitySection(context: context).text)
        sections.append(QualitySection(context: context).text)
        return sections
    }

    /// What there is to say of the ads, devices and places that the question names.
    private var focusedOverview: [String] {
        let times = TimeSection(context: context)
        let quality = QualitySection(context: context)
        return [TotalsSection(context: context).text]
            + [context.analysis.filter.locations == nil ? nil : LocationSection(context: context).text].compactMap {
                $0
            }
            + [DeviceSection(context: context).text, AdSection(context: context).text]
            + (context.analysis.hasEvents ? [times.hours, times.weekdays] : [])
            + [quality.warning(limit: 3)].compactMap { $0 }
    }

    private func sections(_ topics: Set<Topic>) -> [String] {
        var sections: [String] = []
        if topics.contains(.counts) || topics.isEmpty || isRestricted {
            sections.append(TotalsSection(context: context).text)
        }
        let isByAd = topics.contains(.ads) || context.analysis.filter.ads != nil
        if isByAd { sections.append(AdSection(context: context).text) }
        let measures = topics.intersection([.plays, .durations])
        let namesDimension = topics.contains(.devices) || topics.contains(.locations) || isByAd
        let isByTime = topics.contains(.hours) || topics.contains(.weekdays) || topics.contains(.trend)
        let showsBoth = !measures.isEmpty && !namesDimension && !isByTime
        if topics.contains(.devices) || showsBoth || context.analysis.filter.devices != nil {
            sections.append(DeviceSection(context: context, wanted: measures).text)
        }
        if topics.contains(.locations) || showsBoth || context.analysis.filter.locations != nil {
            sections.append(LocationSection(context: context, wanted: measures).text)
        }
        if isByAd, !topics.contains(.devices), !topics.contains(.locations) {
            sections += MissingMeasures(context: context, wanted: measures, isByAd: true).lines
        }
        let times = TimeSection(context: context)
        if topics.contains(.hours) { sections.append(times.hours) }
        if topics.contains(.weekdays) { sections.append(times.weekdays) }
        if topics.contains(.trend) { sections.append(TrendSection(context: context).text) }
        if topics.contains(.audience) { sections.append(AudienceSection(context: context).text) }
        if topics.contains(.availability) { sections.append(AvailabilitySection(context: context).text) }
        if topics.contains(.quality) { sections.append(QualitySection(context: context).text) }
        if topics.contains(.fields) { sections.append(FieldSection(context: context).text) }
        return sections
    }

    private var isRestricted: Bool { !context.analysis.filter.isAll }

    private func unanswered(_ named: NamedFieldSection) -> [String] {
        context.question.unanswerable.filter { !named.covers($0) }.map { subject in
            let fields = subject.fields.map { "`\($0)`" }.joined(separator: ", ")
            return context.language(
                "\(subject.korean): 계산할 수 없습니다. 어느 표에도 그런 필드(예: \(fields))가 없습니다.",
                "\(subject.english.prefix(1).uppercased() + subject.english.dropFirst()): cannot be computed. No table has such a "
                    + "field (such as \(fields))."
            )
        }
    }

    private func told(by topics: Set<Topic>) -> Set<Notes.Subject> {
        if topics.isEmpty || isRestricted || topics.contains(.counts) { return Set(Notes.Subject.allCases) }
        var told: Set<Notes.Subject> = []
        if !topics.isSubset(of: [.availability, .quality, .fields]) { told.insert(.counts) }
        if !topics.isDisjoint(with: [.ads, .devices, .locations, .durations, .plays]) { told.insert(.durations) }
        if !topics.isDisjoint(with: [.hours, .weekdays, .trend, .availability]) { told.insert(.times) }
        return told
    }

    private func notes(_ told: Set<Notes.Subject>) -> String? { Notes(context: context, told: told).text }
}
