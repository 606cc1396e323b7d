import DataTables

/// The chart beside answers about a trend that name no measure: views by day.
package enum TrendChart {
    /// Nil when the question asks for no trend, or the data does not tell views by day. Blocks.
    package static func chart(for question: String, over queries: TableQueries) throws(QueryError) -> Chart? {
        let question = Question(question)
        let schema = MeasureSchema(queries.catalogue)
        guard case .topics(let topics) = question.kind, topics.contains(.trend), schema.has(.views, by: "date") else {
            return nil
        }
        let statement = MeasureStatement(schema: schema, measures: [.views], keys: ["date"])
        let rows = try queries.run(
            statement.sql,
            limits: QueryLimits(time: .seconds(30), rows: 20_000, bytes: 8 << 20)
        ).rows
        let days = rows.compactMap { row in row[0].text.map { (day: $0, views: row[1].text.flatMap { Double($0) }) } }
            .sorted { $0.day < $1.day }
        let (language, views) = (question.language, Measure.views.title(in: question.language))
        return Chart(
            .line,
            title: language("날짜별 \(views)", "\(views) by date"),
            groups: MeasureDimension.date.title(in: language),
            measure: views,
            isPercent: false,
            labels: days.map(\.day),
            series: [.init(name: "", values: days.map(\.views))],
            language: language
        )
    }
}
