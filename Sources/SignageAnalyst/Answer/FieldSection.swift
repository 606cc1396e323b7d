/// Which fields the tables have.
struct FieldSection {
    let context: AnswerContext

    private static let maximumFields = 40

    var text: String {
        let language = context.language
        var parts = [context.heading("데이터의 필드", "Fields of the data")]
        for name in TableName.allCases where context.whole.data[name] != nil {
            let fields = context.whole.fields(of: name)
            parts.append(
                "**\(name.title(in: language))** (`\(name.rawValue)`, \(Figure.number(fields.rowCount))"
                    + language("행)", " rows)")
            )
            parts.append(table(fields))
        }
        for extra in context.whole.data.extraTables.prefix(10) {
            parts.append("`\(extra.name)`: \(Figure.number(extra.rows.count))" + language("행", " rows"))
        }
        return parts.joined(separator: "\n\n")
    }

    private func table(_ fields: TableFields) -> String {
        let language = context.language
        var table = MarkdownTable(
            [
                MarkdownTable.Column(title: language("필드", "Field"), isNumber: false),
                MarkdownTable.Column(title: language("형식", "Type"), isNumber: false),
                MarkdownTable.Column(title: language("값이 있는 행", "Rows with a value")),
                MarkdownTable.Column(title: language("서로 다른 값", "Distinct values")),
            ],
            limit: Self.maximumFields
        )
        for field in fields.fields {
            let statistics = field.statistics
            let distinct =
                Figure.number(statistics.distinct.count) + (statistics.hasMoreDistinct ? "+" : "")
            table.append(["`\(field.path)`", statistics.typeName, Figure.number(statistics.values), distinct])
        }
        return table.text(in: language)
    }
}

extension SignageAnalysis {
    func fields(of table: TableName) -> TableFields {
        switch table {
        case .targetedAds: ads.fields
        case .signages: devices.fields
        case .viewEvents: events.fields
        }
    }
}

extension FieldStatistics {
    /// The JSON types of the values, as in `text` or `number/text`.
    var typeName: String {
        let types = [
            (numbers, "number"), (texts, "text"), (flags, "true/false"), (lists, "list"), (objects, "object"),
        ]
        let present = types.filter { $0.0 > 0 }.map(\.1)
        return present.isEmpty ? "null" : present.joined(separator: "/")
    }
}
