import DataTables

/// Makes the views that have the measures by ad, device, place and time.
struct GroupedMeasures {
    private let builder: TableBuilder
    private let schema: MeasureSchema

    init(_ builder: TableBuilder) {
        self.builder = builder
        schema = MeasureSchema(builder.catalogue)
    }

    /// What measures are grouped by: the view's name, its columns and what to say of them.
    private static let groupings: [(name: String, keys: [String], purpose: String)] = [
        ("signage_by_ad", ["ad_id", "ad"], "measures of each ad"),
        ("signage_by_device", ["device_id", "device"], "measures of each device"),
        ("signage_by_location", ["location"], "measures of each place"),
        ("signage_by_hour", ["hour"], "measures by hour of the day, 0 to 23"),
        ("signage_by_weekday", ["weekday"], "measures by day of the week, 1 Monday to 7 Sunday"),
        ("signage_by_week", ["week"], "measures by week, named by its Monday"),
        ("signage_by_date", ["date"], "measures by day; sum plays, views and clicks over days to compare periods"),
    ]

    func add() throws {
        for (name, keys, purpose) in Self.groupings {
            let measures = Measure.allCases.filter { measure in
                keys.allSatisfy { schema.has(measure, by: $0) } && !(measure == .screens && keys[0] == "device_id")
            }
            if measures.isEmpty { continue }
            try builder.add(
                ViewDescription(name: name, columns: keys + measures.map(\.rawValue), purpose: purpose),
                as: MeasureStatement(schema: schema, measures: measures, keys: keys).sql
            )
        }
    }
}
