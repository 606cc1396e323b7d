import AssistantsAPI

/// Reads the meaning of a field from its name, in Korean or English, in camelCase or snake_case.
struct FieldName: Sendable, Equatable {
    let role: FieldRole
    /// Among several fields of one role in a row the one with the lowest rank is used.
    let rank: Int
    let unit: DurationUnit
    /// Whether the values are averages already, which must not be added up.
    let isAverage: Bool

    /// Recognises a field of a table, also where it stands in an object of figures (`stats.views`); nil for a field of no known
    /// meaning.
    init?(_ name: String, in table: TableName) {
        if let known = FieldName(whole: name, in: table) {
            self = known
            return
        }
        guard let dot = name.firstIndex(of: "."), Self.containers.contains(Self.folded(String(name[..<dot]))) else {
            return nil
        }
        self.init(whole: String(name[name.index(after: dot)...]), in: table)
    }

    /// Objects in which rows keep their figures.
    private static let containers: Set<String> = [
        "stats", "stat", "statistics", "metrics", "metric", "performance", "analytics", "counts", "통계", "지표", "성과",
        "실적",
    ]

    private init?(whole name: String, in table: TableName) {
        let folded = Self.folded(name)
        if let (role, rank) = Self.role(of: folded, in: table) {
            self.init(role: role, rank: rank, unit: .unstated, isAverage: false)
            return
        }
        let (base, unit) = Self.splittingUnit(of: folded)
        let (bare, isAverage) = Self.splittingAverage(of: base)
        guard let (role, rank) = Self.role(of: bare, in: table), role.isDuration else { return nil }
        let settled = role == .viewTime && unit != .unstated ? .watch : role
        self.init(role: settled, rank: rank, unit: unit, isAverage: isAverage)
    }

    private init(role: FieldRole, rank: Int, unit: DurationUnit, isAverage: Bool) {
        self.role = role
        self.rank = rank
        self.unit = unit
        self.isAverage = isAverage
    }

    /// The name without case, spaces and signs, so that `ad_id`, `adId` and `Ad ID` are one.
    static func folded(_ name: String) -> String {
        var folded = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.unicodeScalars.append(UnicodeScalar(UInt8(scalar.value) | 0x20))
            case "_", "-", " ", ".", "$", "(", ")", "[", "]", "/": continue
            default: folded.unicodeScalars.append(scalar)
            }
        }
        for suffix in ["oid", "date", "numberlong", "numberint"] where name.hasSuffix(".$" + mongoSuffix(suffix)) {
            folded.removeLast(suffix.count)
        }
        return folded
    }

    private static func mongoSuffix(_ folded: String) -> String {
        switch folded {
        case "numberlong": "numberLong"
        case "numberint": "numberInt"
        default: folded
        }
    }

    private static func splittingUnit(of name: String) -> (String, DurationUnit) {
        for (suffix, unit) in units where name.hasSuffix(suffix) && name.count > suffix.count {
            return (String(name.dropLast(suffix.count)), unit)
        }
        return (name, .unstated)
    }

    private static let units: [(String, DurationUnit)] = [
        ("inmilliseconds", .milliseconds), ("milliseconds", .milliseconds), ("millis", .milliseconds),
        ("msec", .milliseconds), ("밀리초", .milliseconds), ("ms", .milliseconds), ("inseconds", .seconds),
        ("seconds", .seconds), ("secs", .seconds), ("sec", .seconds), ("초", .seconds), ("inminutes", .minutes),
        ("minutes", .minutes), ("mins", .minutes), ("min", .minutes), ("분", .minutes), ("s", .seconds),
    ]

    private static func splittingAverage(of name: String) -> (String, Bool) {
        for prefix in ["average", "avg", "mean", "평균"] where name.hasPrefix(prefix) {
            return (String(name.dropFirst(prefix.count)), true)
        }
        for prefix in ["total", "sum", "총", "누적"] where name.hasPrefix(prefix) {
            return (String(name.dropFirst(prefix.count)), false)
        }
        return (name, false)
    }

    private static func role(of folded: String, in table: TableName) -> (FieldRole, Int)? {
        if let role = FieldNames.added.roles[folded] { return (role, -1) }
        return FieldDictionary.byTable[table]?[folded]
    }
}

extension FieldRole {
    var isDuration: Bool { self == .dwell || self == .attention || self == .watch || self == .viewTime }
}

extension TableName {
    /// The table that an array without a label holds, going by the fields of its first row.
    init?(shapeOf row: JSONObject) {
        var roles: Set<FieldRole> = []
        for member in row.members {
            let name = FieldName.folded(member.key)
            if let role = FieldNames.added.roles[name] ?? FieldDictionary.shared[name]?.role { roles.insert(role) }
        }
        let namesAnEvent: Set<FieldRole> = [.timestamp, .clicked, .eventType, .dwell, .attention, .watch]
        if !roles.isDisjoint(with: namesAnEvent), roles.contains(.adID) || roles.contains(.deviceID) {
            self = .viewEvents
        } else if roles.contains(.adID) || roles.contains(.adName) || roles.contains(.target) {
            self = .targetedAds
        } else if roles.contains(.deviceID) || roles.contains(.deviceName)
            || (roles.contains(.location) && (roles.contains(.status) || roles.contains(.lastSeen)))
        {
            self = .signages
        } else {
            return nil
        }
    }
}
