import DataTables

/// Names of ads and devices in the rows of a table that has their ids alone: columns of the table in place of joins, as
/// expressions of SQL over its alias `t`.
struct EntityNames {
    private(set) var adID: String?
    private(set) var ad: String?
    private(set) var deviceID: String?
    private(set) var device: String?
    private(set) var location: String?

    /// Adds the columns where the ids are few and nothing in the rows themselves says the name.
    init(of table: MappedTable, in builder: TableBuilder) throws {
        let taken = Set(table.table.columns.map { $0.name.lowercased() })
        guard !taken.contains(where: { $0.hasPrefix(Self.prefix) }) else { return }
        var columns: [TableBuilder.NameColumn] = []
        func add(_ name: String, of column: ColumnDescription, _ names: [String: String], _ hasOwn: Bool) -> String {
            columns.append(
                TableBuilder.NameColumn(Self.prefix + name, of: column.name) { id in
                    id.isEmpty ? nil : names[id] ?? (hasOwn ? id : nil)
                }
            )
            return "t.\((Self.prefix + name).sqlName)"
        }
        if let id = table.column(.adID), id.isDistinctExact, !table.has(.adName) {
            adID = add("ad_id", of: id, [:], true)
            let names = try Self.names("ad", "ad_id", "signage_ads", builder)
            ad = names.isEmpty ? adID : add("ad", of: id, names, true)
        }
        if let id = table.column(.deviceID), id.isDistinctExact {
            deviceID = add("device_id", of: id, [:], true)
            if !table.has(.deviceName) {
                let names = try Self.names("device", "device_id", "signage_devices", builder)
                device = names.isEmpty ? deviceID : add("device", of: id, names, true)
            }
            let places = try Self.names("location", "device_id", "signage_devices", builder)
            if !places.isEmpty { location = add("location", of: id, places, false) }
        }
        try builder.add(columns, to: table.table)
    }

    private static let prefix = "signage: "

    private static func names(
        _ name: String,
        _ key: String,
        _ entities: String,
        _ builder: TableBuilder
    ) throws -> [String: String] {
        guard builder.catalogue.view(named: entities)?.columns.contains(name) == true else { return [:] }
        let pairs = try builder.pairs("SELECT \(key), \(name) FROM \(entities)")
        return Dictionary(pairs) { first, _ in first }
    }
}
