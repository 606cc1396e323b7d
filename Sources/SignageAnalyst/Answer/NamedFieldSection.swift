/// A summary of the fields that a question calls by their names and that no other section knows.
struct NamedFieldSection {
    let context: AnswerContext

    /// Nil when the question names no such field.
    var text: String? {
        let found = fields
        guard !found.isEmpty else { return nil }
        let parts = found.map { table, field in
            "**`\(table.rawValue).\(field.path)`**" + "\n\n" + summary(field.statistics)
        }
        return ([context.heading("질문한 필드", "Fields asked for")] + parts).joined(separator: "\n\n")
    }

    /// Whether a field of this subject is among them.
    func covers(_ subject: UnansweredSubject) -> Bool {
        fields.contains { _, field in
            let name = FieldName.folded(field.path)
            return subject.fields.contains { name.contains($0) }
        }
    }

    private var fields: [(table: TableName, field: TableFields.Field)] {
        let question = FieldName.folded(context.question.words)
        let asked = context.question.unanswerable
        var found: [(table: TableName, field: TableFields.Field)] = []
        for table in TableName.allCases {
            for field in context.whole.fields(of: table).fields
            where field.meaning == nil && field.statistics.values > 0 {
                let name = FieldName.folded(field.path)
                let isNamed =
                    name.unicodeScalars.count >= (name.utf8.count == name.unicodeScalars.count ? 4 : 2)
                    && question.contains(name)
                let isMeant = asked.contains { subject in subject.fields.contains { name.contains($0) } }
                if isNamed || isMeant, found.count < 6 { found.append((table, field)) }
            }
        }
        return found
    }

    private func summary(_ statistics: FieldStatistics) -> String {
        let language = context.language
        var lines = [
            language(
                "- 값이 있는 행: \(Figure.number(statistics.values)), null: \(Figure.number(statistics.nulls))",
                "- rows with a value: \(Figure.number(statistics.values)), null: \(Figure.number(statistics.nulls))"
            )
        ]
        if statistics.numbers > 0 {
            let average = statistics.sum / Double(statistics.numbers)
            lines.append(
                language(
                    "- 합계 \(Figure.number(statistics.sum)), 평균 \(Figure.number(average)), 최소 \(Figure.number(statistics.smallest)), 최대 \(Figure.number(statistics.largest)) (숫자 \(Figure.number(statistics.numbers))개)",
                    "- sum \(Figure.number(statistics.sum)), average \(Figure.number(average)), smallest \(Figure.number(statistics.smallest)), "
                        + "largest \(Figure.number(statistics.largest)) (\(Figure.number(statistics.numbers)) numbers)"
                )
            )
        }
        let more = statistics.hasMoreDistinct ? "+" : ""
        let examples = statistics.distinct.map(\.name).sorted().prefix(8).map { "`\(MarkdownTable.cell($0))`" }
        let rest = statistics.distinct.count > 8 || statistics.hasMoreDistinct ? ", …" : ""
        let list = examples.joined(separator: ", ") + rest
        lines.append(
            language(
                "- 서로 다른 값 \(Figure.number(statistics.distinct.count))\(more)개: \(list)",
                "- \(Figure.number(statistics.distinct.count))\(more) distinct values: \(list)"
            )
        )
        return lines.joined(separator: "\n")
    }
}
