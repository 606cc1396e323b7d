/// What the sections of an answer are written from.
struct AnswerContext: Sendable {
    let question: Question
    /// Restricted to what the question names.
    let analysis: SignageAnalysis
    /// Of all events.
    let whole: SignageAnalysis

    var language: Language { question.language }
    /// Rows of a table before the rest is only counted.
    var limit: Int { question.limit ?? 20 }

    func heading(_ korean: String, _ english: String) -> String { "### " + language(korean, english) }

    /// Says which fields a table would need.
    func missing(_ role: FieldRole, in tables: [TableName], for korean: String, _ english: String) -> String {
        let names = tables.map { "`\($0.rawValue)`" }.joined(separator: language(" 또는 ", " or "))
        return language(
            "\(korean): 계산할 수 없습니다. \(names)에 필요한 필드가 없습니다(예: \(role.examples)).",
            "\(english): cannot be computed. \(names) has no field for it (such as \(role.examples))."
        )
    }
}
