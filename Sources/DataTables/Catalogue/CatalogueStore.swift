import AssistantsAPI

/// Keeps the catalogue in the database that it describes, in a table that queries cannot see.
enum CatalogueStore {
    static let table = "data_tables_catalogue"

    static func write(_ catalogue: Catalogue, to database: SQLiteDatabase) throws(SQLiteError) {
        var json = JSONWriter(reservingCapacity: 4096)
        json.value(catalogue)
        try database.execute("CREATE TABLE \(table) (body TEXT); INSERT INTO \(table) VALUES (\(json.text.sqlLiteral))")
    }

    static func read(from database: SQLiteDatabase) throws -> Catalogue {
        guard let text = try database.text("SELECT body FROM \(table)"),
            let catalogue = Catalogue(try JSONValue(parsing: text))
        else { throw SQLiteError(code: 0, message: "there is no catalogue in the database") }
        return catalogue
    }
}

extension Catalogue: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("tables")
        json.beginArray()
        for table in tables { json.value(table) }
        json.endArray()
        json.key("views")
        json.beginArray()
        for view in views { json.value(view) }
        json.endArray()
        json.strings("faults", faults)
        json.endObject()
    }

    init?(_ value: JSONValue) {
        guard let tables = value["tables"]?.arrayValue, let views = value["views"]?.arrayValue else { return nil }
        self.tables = tables.compactMap(TableDescription.init)
        self.views = views.compactMap(ViewDescription.init)
        faults = value.strings("faults")
    }
}

extension TableDescription: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        json.member("source", source)
        json.member("rows", rows)
        json.key("columns")
        json.beginArray()
        for column in columns { json.value(column) }
        json.endArray()
        json.strings("notes", notes)
        json.endObject()
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.stringValue, let rows = value["rows"]?.intValue else { return nil }
        self.init(
            name: name,
            source: value["source"]?.stringValue ?? "",
            rows: rows,
            columns: value["columns"]?.arrayValue?.compactMap(ColumnDescription.init) ?? [],
            notes: value.strings("notes")
        )
    }
}

extension ColumnDescription: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        json.member("kind", kind.rawValue)
        json.member("nulls", nulls)
        json.member("exceptions", exceptions)
        json.member("distinct", distinct)
        json.key("is_distinct_exact")
        json.value(isDistinctExact)
        json.member("smallest", range?.smallest)
        json.member("largest", range?.largest)
        json.strings("frequent", frequent.map(\.value))
        json.key("frequent_counts")
        json.beginArray()
        for value in frequent { json.value(value.count) }
        json.endArray()
        json.strings("notes", notes)
        json.strings("parts", parts.map(\.rawValue))
        json.endObject()
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.stringValue,
            let kind = value["kind"]?.stringValue.flatMap(ColumnKind.init(rawValue:))
        else { return nil }
        let counts = value["frequent_counts"]?.arrayValue?.compactMap(\.intValue) ?? []
        self.init(
            name: name,
            kind: kind,
            nulls: value["nulls"]?.intValue ?? 0,
            exceptions: value["exceptions"]?.intValue ?? 0,
            distinct: value["distinct"]?.intValue ?? 0,
            isDistinctExact: value["is_distinct_exact"]?.boolValue ?? false,
            range: Self.range(value),
            frequent: zip(value.strings("frequent"), counts).map { Frequent(value: $0, count: $1) },
            notes: value.strings("notes"),
            parts: value.strings("parts").compactMap(MomentPart.init(rawValue:))
        )
    }

    private static func range(_ value: JSONValue) -> Range? {
        guard let smallest = value["smallest"]?.stringValue, let largest = value["largest"]?.stringValue else {
            return nil
        }
        return Range(smallest: smallest, largest: largest)
    }
}

extension ViewDescription: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        json.strings("columns", columns)
        json.member("purpose", purpose)
        json.endObject()
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.stringValue else { return nil }
        self.init(name: name, columns: value.strings("columns"), purpose: value["purpose"]?.stringValue ?? "")
    }
}

extension JSONWriter {
    fileprivate mutating func strings(_ name: StaticString, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { self.value(value) }
        endArray()
    }
}

extension JSONValue {
    fileprivate func strings(_ name: String) -> [String] { self[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}
