/// What is said of a question about measures where no figure answers it, or not all of it.
enum MeasureNotice {
    /// What the analyst's sections, which then answer, do not heed of a question: conditions on rows that they do not know, words
    /// that nobody understood, and what leans on an earlier question.
    ///
    /// - Parameter span: The days of the data; a period with all of them in it leaves nothing out.
    static func ignored(_ read: MeasureQuestion.Read, span: QuestionDates.Period?, _ language: Language) -> String? {
        let places: Set<MeasureDimension?> = [.ad, .device, .location]
        let unheeded = read.filters.filter { filter in
            (!places.contains(filter.dimension) || !filter.isWholeName)
                && !(span.map { $0.isWithin(filter.period) } ?? false)
        }
        var names = (unheeded.map(\.label) + read.sides.map(\.label)).map { language($0.korean, $0.english) }
        if read.namesPartOfDay { names.append(language("하루 중의 때", "a part of the day")) }
        let leaning = read.leaning
        if let leaning { names.append(leaning) }
        if case .unclear(let unknown) = read.reading { names += unknown.filter { $0 != leaning } }
        guard !names.isEmpty else { return nil }
        let list = names.prefix(5).map { "‘\(MarkdownTable.cell($0))’" }.joined(separator: ", ")
        return language(
            "⚠️ 다음은 아래 수치에 반영되지 않았습니다: \(list)."
                + (leaning == nil ? "" : " 앞의 질문에 기댄 말은 알아듣지 못하니 이름을 넣어 물어보세요."),
            "⚠️ The figures below do not heed this of the question: \(list)."
                + (leaning == nil
                    ? "" : " What leans on an earlier question is not understood: please ask with the name.")
        )
    }

    static func missing(_ measures: [Measure], _ dimension: MeasureDimension?, _ language: Language) -> String {
        let list = measures.map { $0.title(in: language) }.joined(separator: ", ")
        guard let dimension else {
            return language("데이터에 \(list)을(를) 계산할 필드가 없습니다.", "The data has no fields to compute \(list) from.")
        }
        let title = dimension.title(in: language)
        return language("\(list)은(는) 이 데이터에서 \(title) 기준으로 나눌 수 없습니다.", "The data does not tell \(list) by \(title).")
    }
}
