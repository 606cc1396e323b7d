import DataTables

/// The ads, devices, places and groups of viewers of the data by their names, as questions mention them.
struct NamesInData {
    struct Entry {
        let dimension: MeasureDimension
        /// The values of the view's column that are meant.
        let values: [String]
        let title: String
    }

    /// In lower case, longest first.
    let entries: [(name: String, entry: Entry)]

    private static let limit = 5000

    init(_ queries: TableQueries, _ schema: MeasureSchema) throws(QueryError) {
        var names: [String: Entry] = [:]
        func add(_ name: String, _ entry: Entry) {
            let key = name.lowercased()
            if key.count > 1, names[key] == nil { names[key] = entry }
        }
        for (dimension, view, keys) in [
            (MeasureDimension.ad, "signage_ads", ["ad_id", "ad"]),
            (.device, "signage_devices", ["device_id", "device"]),
        ] {
            for row in try Self.rows(queries, schema, view, keys) {
                guard let id = row.first ?? nil else { continue }
                let title = (row.last ?? nil) ?? id
                add(title, Entry(dimension: dimension, values: [id], title: title))
                add(id, Entry(dimension: dimension, values: [id], title: title))
            }
        }
        let places = try Self.rows(queries, schema, "signage_devices", ["location"]).compactMap { $0.first ?? nil }
        var places2: [String: [String]] = [:]
        for place in Set(places) {
            add(place, Entry(dimension: .location, values: [place], title: place))
            for word in place.split(separator: " ") where word.count > 1 {
                places2[String(word), default: []].append(place)
            }
        }
        for (word, values) in places2.sorted(by: { $0.key < $1.key }) {
            add(word, Entry(dimension: .location, values: values.sorted(), title: word))
        }
        for (dimension, column) in [(MeasureDimension.gender, "gender"), (.age, "age_group")]
        where schema.has(column, in: .views) {
            for row in try Self.rows(queries, schema, "signage_views", [column]) {
                guard let value = row.first ?? nil else { continue }
                for name in Self.names(of: value, dimension) {
                    add(name, Entry(dimension: dimension, values: [value], title: value))
                }
            }
        }
        // "50대" may mean "50대 이상", where no group is called that.
        for (name, entry) in names where entry.dimension == .age && name.hasSuffix("이상") {
            let bare = String(name.dropLast(2)).filter { $0 != " " }
            if names[bare] == nil { names[bare] = entry }
        }
        Self.addTellingWords(&names)
        entries = names.map { ($0.key, $0.value) }.sorted { ($1.0.count, $0.0) < ($0.0.count, $1.0) }
    }

    private static func rows(
        _ queries: TableQueries,
        _ schema: MeasureSchema,
        _ view: String,
        _ columns: [String]
    ) throws(QueryError) -> [[String?]] {
        var view = view
        if schema.catalogue.view(named: view) == nil { view = "signage_views" }
        guard let known = schema.catalogue.view(named: view), columns.allSatisfy(known.columns.contains) else {
            return []
        }
        let list = columns.joined(separator: ", ")
        let limits = QueryLimits(time: .seconds(20), rows: limit, bytes: 4 << 20)
        return try queries.run("SELECT DISTINCT \(list) FROM \(view) LIMIT \(limit)", limits: limits).rows.map {
            $0.map(\.text)
        }
    }

    /// Under what names questions speak of a group of viewers.
    private static func names(of value: String, _ dimension: MeasureDimension) -> [String] {
        guard dimension == .gender else {
            return [value, value.filter { $0 != " " }]
        }
        switch value.lowercased() {
        case "남성", "남자", "남", "male", "m", "man": return [value, "남성", "남자", "male", "men"]
        case "여성", "여자", "여", "female", "f", "woman": return [value, "여성", "여자", "female", "women"]
        default: return [value]
        }
    }

    /// Long words that only one title of an ad or a device has, so that "아메리카노" finds "프리미엄 아메리카노".
    private static func addTellingWords(_ names: inout [String: Entry]) {
        var words: [Substring: [Entry]] = [:]
        for (name, entry) in names where entry.dimension == .ad || entry.dimension == .device {
            for word in Set(name.split(separator: " ")) where word.count >= (word.utf8.count == word.count ? 5 : 3) {
                words[word, default: []].append(entry)
            }
        }
        for (word, entries) in words where entries.count == 1 && names[String(word)] == nil {
            let keywords = KeywordMatcher(String(word))
            let isKeyword =
                MeasureWords.measures.contains { keywords.hasAny($0.1) }
                || MeasureWords.dimensions.contains { keywords.hasAny($0.1) }
            if !isKeyword { names[String(word)] = entries[0] }
        }
    }
}
