import AssistantsAPI
import DataTables

/// Makes the views that measures are read from, over whatever tables a thread's data has: the columns that are known by
/// their names get the names of the field, whatever they are called in the data.
///
/// `signage_views`, `signage_plays` and `signage_status` have a row for each row of the data; `signage_by_…` have the measures
/// by ad, device, place and time.
package struct SignageViews {
    private let builder: TableBuilder
    private var tables: [SignageTable: MappedTable] = [:]

    /// Adds the views that the tables of a database allow; none where a table has such a name already.
    package static func add(to builder: TableBuilder, names: FieldNames = .none) throws {
        if builder.catalogue.tables.contains(where: { $0.name.lowercased().hasPrefix("signage_") }) { return }
        try FieldNames.$added.withValue(names) {
            let views = SignageViews(builder)
            try views.addEntities()
            try views.addViews()
            try views.addPlays()
            try views.addStatus()
            try GroupedMeasures(builder).add()
        }
    }

    private init(_ builder: TableBuilder) {
        self.builder = builder
        for table in builder.catalogue.tables {
            guard let kind = SignageTable(table) else { continue }
            // Of several tables of a kind the one with the most rows is meant.
            if let known = tables[kind], known.table.rows >= table.rows { continue }
            tables[kind] = MappedTable(table, as: kind)
        }
    }

    // MARK: Ads and devices

    private func addEntities() throws {
        if let ads = tables[.targetedAds], let id = ads.text(.adID) ?? ads.text(.adName) {
            try addTable(
                "signage_ads",
                of: ads,
                key: ("ad_id", id),
                "the ads, each once",
                [("ad", ads.text(.adName) ?? id)]
            )
        }
        if let devices = tables[.signages], let id = devices.text(.deviceID) ?? devices.text(.deviceName) {
            let columns: [(String, String?)] = [
                ("device", devices.text(.deviceName) ?? id), ("location", devices.text(.location)),
                ("status", devices.text(.status)), ("online", try online(devices)),
                ("last_seen", devices.moment(.lastSeen)),
            ]
            try addTable("signage_devices", of: devices, key: ("device_id", id), "the devices, each once", columns)
        }
    }

    /// The first row of each key.
    private func addTable(
        _ name: String,
        of table: MappedTable,
        key: (name: String, sql: String),
        _ purpose: String,
        _ columns: [(name: String, sql: String?)]
    ) throws {
        let known = columns.compactMap { column in column.sql.map { (name: column.name, sql: $0) } }
        let list = known.map { "\($0.sql) AS \($0.name)" }.joined(separator: ", ")
        try builder.add(
            ViewDescription(name: name, columns: [key.name] + known.map(\.name), purpose: purpose),
            as: """
                SELECT \(key.name), \(known.map(\.name).joined(separator: ", ")) FROM (
                    SELECT \(key.sql) AS \(key.name), \(list), min(t.rowid) FROM \(table.table.name.sqlName) t
                    WHERE \(key.sql) IS NOT NULL GROUP BY \(key.sql))
                """,
            storedBy: key.name
        )
    }

    // MARK: Rows

    /// What a view of rows tells of each, and what it has to be joined with for that.
    private struct Rows {
        let table: MappedTable
        var columns: [(name: String, sql: String)] = []
        var joins = ""
    }

    private func addViews() throws {
        guard let views = tables[.viewEvents] else { return }
        let kinds = try eventKinds(views)
        var rows = try place(views)
        rows.columns.append(("views", viewCount(views, kinds)))
        if let clicks = try clickCount(views, kinds) { rows.columns.append(("clicks", clicks)) }
        for (name, role) in [("dwell_s", FieldRole.dwell), ("attention_s", .attention), ("watch_s", .watch)] {
            if let seconds = try seconds(views, role) { rows.columns.append((name, seconds)) }
        }
        if let gender = views.text(.gender) { rows.columns.append(("gender", gender)) }
        if let age = ageGroup(views) { rows.columns.append(("age_group", age)) }
        for (name, role) in [("ots", FieldRole.impressions), ("watchers", .watchers)] {
            if let number = views.number(role) { rows.columns.append((name, number)) }
        }
        try add(rows, as: "signage_views", "a row for each view event")
    }

    private func addPlays() throws {
        guard let plays = tables[.plays] else { return }
        var rows = try place(plays)
        rows.columns.append(("plays", plays.number(.plays) ?? "1"))
        if let seconds = try seconds(plays, .watch) { rows.columns.append(("exposure_s", seconds)) }
        for (name, role) in [("ots", FieldRole.impressions), ("watchers", .watchers)] {
            if let number = plays.number(role) { rows.columns.append((name, number)) }
        }
        try add(rows, as: "signage_plays", "a row for each play (proof of play)")
    }

    private func addStatus() throws {
        guard let reports = tables[.statusReports], let online = try online(reports) else { return }
        var rows = try place(reports)
        rows.columns.append(("online", online))
        try add(rows, as: "signage_status", "a row for each report of whether a device was up (online 1 or 0)")
    }

    private func add(_ rows: Rows, as name: String, _ purpose: String) throws {
        let list = rows.columns.map { "\($0.sql) AS \($0.name)" }.joined(separator: ", ")
        let table = rows.table.table.name
        try builder.add(
            ViewDescription(name: name, columns: rows.columns.map(\.name), purpose: "\(purpose), from \(table)"),
            as: "SELECT \(list) FROM \(table.sqlName) t\(rows.joins)"
        )
    }

    /// What a row is about: ad, device, place and time. Ads and devices are joined only where something of them is told: each
    /// costs a look-up a row.
    private func place(_ table: MappedTable) throws -> Rows {
        let names = try EntityNames(of: table, in: builder)
        var rows = Rows(table: table)
        if let ad = table.text(.adID) ?? table.text(.adName) {
            rows.columns.append(("ad_id", names.adID ?? ad))
            let isJoined = names.ad == nil && builder.hasTable("signage_ads")
            if isJoined { rows.joins += " LEFT JOIN signage_ads a ON a.ad_id = \(ad)" }
            let known = [isJoined ? "a.ad" : nil, table.text(.adName), ad].compactMap { $0 }
            rows.columns.append(("ad", names.ad ?? Self.coalesce(known)))
        }
        var locations = [table.text(.location)].compactMap { $0 }
        if let device = table.text(.deviceID) ?? table.text(.deviceName) {
            let hasDevices = builder.hasTable("signage_devices")
            let hasPlaces = builder.catalogue.view(named: "signage_devices")?.columns.contains("location") == true
            if hasDevices, names.device == nil || (hasPlaces && names.location == nil) {
                rows.joins += " LEFT JOIN signage_devices d ON d.device_id = \(device)"
            }
            rows.columns.append(("device_id", names.deviceID ?? device))
            let known = [hasDevices ? "d.device" : nil, table.text(.deviceName), device].compactMap { $0 }
            rows.columns.append(("device", names.device ?? Self.coalesce(known)))
            if hasPlaces { locations.append(names.location ?? "d.location") }
        }
        if !locations.isEmpty { rows.columns.append(("location", Self.coalesce(locations))) }
        rows.columns += time(table)
        return rows
    }

    /// Points in time and their parts, which most tables have as columns.
    private func time(_ table: MappedTable) -> [(name: String, sql: String)] {
        let role: FieldRole = table.moment(.timestamp) == nil ? .date : .timestamp
        guard let at = table.moment(role) else { return [] }
        let day = table.part(.date, of: role) ?? "substr(\(at), 1, 10)"
        let hour =
            table.part(.hour, of: role) ?? "CASE WHEN length(\(at)) > 12 THEN CAST(substr(\(at), 12, 2) AS INTEGER) END"
        let weekday = table.part(.weekday, of: role) ?? "(strftime('%w', \(day)) + 6) % 7 + 1"
        let week = table.part(.week, of: role) ?? "date(\(day), '-6 days', 'weekday 1')"
        return [("at", at), ("date", day), ("hour", hour), ("weekday", weekday), ("week", week)]
    }

    private static func coalesce(_ expressions: [String]) -> String {
        expressions.count == 1 ? expressions[0] : "coalesce(\(expressions.joined(separator: ", ")))"
    }
}

extension SignageViews {
    // MARK: Columns

    private func seconds(_ table: MappedTable, _ role: FieldRole) throws -> String? {
        guard let number = table.number(role) else { return nil }
        switch table.unit(role) {
        case .milliseconds: return "(\(number)) / 1000.0"
        case .minutes: return "(\(number)) * 60"
        case .seconds: return number
        case .unstated:
            // Without a look at the rows where the largest says it.
            let largest = table.column(role)?.range.flatMap { Double($0.largest) } ?? .infinity
            if largest <= DurationSum.largestAverageInSeconds, table.column(role)?.exceptions == 0 { return number }
            let average = try builder.values("SELECT avg(\(number)) FROM \(table.table.name.sqlName) t").first
            let isMilliseconds = (average.flatMap { Double($0) } ?? 0) > DurationSum.largestAverageInSeconds
            return isMilliseconds ? "(\(number)) / 1000.0" : number
        }
    }

    /// Different values of a column that is not a number's.
    private func values(_ table: MappedTable, _ role: FieldRole) throws -> [String] {
        guard let reference = table.reference(role) else { return [] }
        return try builder.values("SELECT DISTINCT \(reference) FROM \(table.table.name.sqlName) t LIMIT 1000")
    }

    private static func isIn(_ reference: String, _ values: [String]) -> String {
        values.isEmpty ? "0" : "\(reference) IN (\(values.map(\.sqlLiteral).joined(separator: ", ")))"
    }

    private func online(_ table: MappedTable) throws -> String? {
        guard let reference = table.reference(.status), let column = table.column(.status) else { return nil }
        if column.kind == .boolean || column.kind == .integer {
            return "CASE WHEN \(reference) IS NOT NULL THEN \(reference) <> 0 END"
        }
        let values = try values(table, .status)
        let online = values.filter { Status(.string($0), field: column.name) == .online }
        let offline = values.filter { Status(.string($0), field: column.name)?.isDown == true }
        return "CASE WHEN \(Self.isIn(reference, online)) THEN 1 WHEN \(Self.isIn(reference, offline)) THEN 0 END"
    }

    /// The values of the type of an event, by what they mean; nil when there is no such column.
    private func eventKinds(_ table: MappedTable) throws -> [EventKind: [String]]? {
        guard table.has(.eventType) else { return nil }
        return Dictionary(grouping: try values(table, .eventType)) { EventKind(type: $0) }
    }

    /// Events that are no pure clicks; where the data name views or impressions, those and no others (`Tally.ViewDefinition`).
    private func viewCount(_ table: MappedTable, _ kinds: [EventKind: [String]]?) -> String {
        let count = table.number(.views).map { "coalesce(\($0), 1)" } ?? "1"
        guard let kinds, let reference = table.reference(.eventType) else { return count }
        var others = kinds[.click] ?? []
        if kinds[.namedView] != nil || kinds[.impression] != nil {
            others += (kinds[.play] ?? []) + (kinds[.other] ?? [])
        }
        if kinds[.namedView] != nil { others += kinds[.impression] ?? [] }
        if others.isEmpty { return count }
        return "CASE WHEN \(Self.isIn(reference, others)) THEN 0 ELSE \(count) END"
    }

    private func clickCount(_ table: MappedTable, _ kinds: [EventKind: [String]]?) throws -> String? {
        var clicks: [String] = []
        if let reference = table.reference(.clicked), let column = table.column(.clicked) {
            if column.kind == .text {
                let yes = try values(table, .clicked).filter { JSONValue.string($0).flag == true }
                clicks.append("coalesce(\(Self.isIn(reference, yes)), 0)")
            } else {
                clicks.append("coalesce(\(reference) <> 0, 0)")
            }
        }
        if let reference = table.reference(.clickedAt) { clicks.append("\(reference) IS NOT NULL") }
        if let kinds, let reference = table.reference(.eventType) {
            clicks.append("coalesce(\(Self.isIn(reference, kinds[.click] ?? [])), 0)")
        }
        let flag = clicks.count == 1 ? clicks[0] : "(\(clicks.joined(separator: " OR ")))"
        guard let counted = table.number(.clicks) else { return clicks.isEmpty ? nil : flag }
        return "coalesce(\(counted), \(clicks.isEmpty ? "0" : flag))"
    }

    /// Ages in years are put into decades; groups stay as they are written.
    private func ageGroup(_ table: MappedTable) -> String? {
        guard let column = table.column(.age), let reference = table.reference(.age) else { return nil }
        guard column.kind == .integer || column.kind == .decimal else { return table.text(.age) }
        let decade = "CAST(\(reference) / 10 AS INTEGER) * 10"
        return "CASE WHEN \(reference) BETWEEN 0 AND 150 THEN (\(decade)) || '–' || (\(decade) + 9) END"
    }
}
