/// What is missing or inconsistent in the data.
struct QualitySection {
    let context: AnswerContext

    /// All findings.
    var text: String {
        let language = context.language
        let title = context.heading("데이터의 누락·불일치", "Missing or inconsistent data")
        let findings = context.whole.findings
        var lines = findings.map { "- " + $0.text(in: language) }
        if findings.isEmpty {
            lines.append(
                language(
                    "찾지 못했습니다. 확인한 것: 배열의 형식, 글에 적힌 개수, ID의 누락과 중복, 이벤트가 가리키는 광고와 디바이스, 시각, 빈 값과 읽을 수 없는 값, 음수, 조회보다 많은 클릭, 체류보다 긴 주목.",
                    "None found. Checked: the form of the arrays, sizes stated in the text, missing and duplicated ids, ads and "
                        + "devices that events name, times, missing, unreadable and negative values, more clicks than views, more attention "
                        + "than dwell time."
                )
            )
        }
        lines += agreeing
        return title + "\n\n" + lines.joined(separator: "\n")
    }

    /// The gravest findings, in answers to other questions.
    func warning(limit: Int) -> String? {
        let language = context.language
        let findings = context.whole.findings.filter(\.isGrave)
        guard !findings.isEmpty else { return nil }
        var lines = findings.prefix(limit).map { "> - " + $0.text(in: language) }
        if findings.count > limit {
            let more = findings.count - limit
            lines.append(
                language("> - 외 \(more)건(‘데이터 품질’을 물어보세요)", "> - \(more) more (ask about the quality of the data)")
            )
        }
        return (["> " + language("⚠️ **데이터 확인 필요**", "⚠️ **Check the data**")] + lines).joined(separator: "\n")
    }

    private var agreeing: [String] {
        TableName.allCases.flatMap { name -> [String] in
            guard let table = context.whole.data[name] else { return [] }
            let found = table.rows.count + table.strayElements
            guard context.whole.data.statedCounts[name]?.contains(found) == true else { return [] }
            let title = name.title(in: context.language)
            let count = Figure.number(found)
            return [
                context.language(
                    "- \(title): 글에 적힌 개수 \(count)개가 배열과 일치합니다.",
                    "- \(title): the stated size, \(count), agrees with the array."
                )
            ]
        }
    }
}
