import DataTables

/// The kinds of tables that measures are computed from, by the names they have in the files of `sample-data`.
package enum SignageTable: String, CaseIterable, Sendable {
    case targetedAds, signages, viewEvents
    /// Proof of play: a row for each time that an ad ran, or for a number of times.
    case plays
    /// A row for each time that a device said, or was found, to be up or not.
    case statusReports

    /// Tells what a table is by its name, else by its columns; nil when it is none of these.
    init?(_ table: TableDescription) {
        if let kind = Self.named(table.name) {
            self = kind
            return
        }
        var roles: Set<FieldRole> = []
        for column in table.columns {
            if let field = FieldName(column.name, in: .viewEvents) ?? FieldName(column.name, in: .signages) {
                roles.insert(field.role)
            }
        }
        guard let kind = Self.shaped(roles) else { return nil }
        self = kind
    }

    /// The part of the name that says it: `data_viewEvents` and `2026-03 재생로그` are told by their ends.
    private static func named(_ name: String) -> SignageTable? {
        let words = name.split { $0 == "_" || $0 == " " || $0 == "-" || $0 == "." }
        for start in words.indices {
            let folded = FieldName.folded(words[start...].joined())
            if let added = FieldNames.added.tables[folded] { return SignageTable(rawValue: added) }
            if let kind = names[folded] { return kind }
            switch TableName(key: folded) {
            case .targetedAds: return .targetedAds
            case .signages: return .signages
            case .viewEvents: return .viewEvents
            case nil: continue
            }
        }
        return nil
    }

    private static let names: [String: SignageTable] = {
        let plays = [
            "plays", "play", "playlog", "playlogs", "playback", "playbacks", "playevents", "proofofplay", "pop", "재생",
            "재생로그", "재생기록", "재생내역", "재생데이터", "송출", "송출로그", "송출기록", "송출내역",
        ]
        let reports = [
            "statusreports", "statuslog", "statuslogs", "devicestatus", "devicestatuslog", "heartbeats", "heartbeat",
            "uptime", "상태로그", "상태기록", "상태보고", "하트비트", "가동기록", "가동로그",
        ]
        var names: [String: SignageTable] = [:]
        for name in plays { names[name] = .plays }
        for name in reports { names[name] = .statusReports }
        return names
    }()

    private static func shaped(_ roles: Set<FieldRole>) -> SignageTable? {
        let isAboutAds = roles.contains(.adID) || roles.contains(.adName)
        let isAboutDevices = roles.contains(.deviceID) || roles.contains(.deviceName)
        let isTimed = roles.contains(.timestamp) || roles.contains(.date)
        let watching: Set<FieldRole> = [.clicked, .clickedAt, .dwell, .attention, .eventType, .gender, .age]
        if isTimed, isAboutAds || isAboutDevices {
            if !roles.isDisjoint(with: watching) { return .viewEvents }
            if isAboutAds, !roles.isDisjoint(with: [.plays, .impressions, .watchers, .watch]) { return .plays }
            if isAboutDevices, !isAboutAds, roles.contains(.status) { return .statusReports }
            return isAboutAds ? .viewEvents : nil
        }
        if isAboutDevices, !isAboutAds, !roles.isDisjoint(with: [.location, .status, .lastSeen, .deviceName]) {
            return .signages
        }
        return isAboutAds && !isAboutDevices ? .targetedAds : nil
    }

    /// In whose terms the names of its fields are read.
    var fieldContext: TableName {
        switch self {
        case .targetedAds: .targetedAds
        case .signages, .statusReports: .signages
        case .viewEvents, .plays: .viewEvents
        }
    }
}
