/// Something missing or inconsistent in the data.
enum Finding: Sendable, Equatable {
    case cutOff(TableName, rowsRead: Int)
    case malformed(TableName, rowsRead: Int, reason: String)
    /// A newer array could not be read at all, so that the older one is used.
    case unreadable(TableName, reason: String, olderIsUsed: Bool)
    case statedCount(TableName, stated: Int, found: Int)
    case noTable(TableName)
    case emptyTable(TableName)
    case strayElements(TableName, Int)
    case noField(TableName, FieldRole)
    case missingIDs(TableName, rows: Int)
    case duplicateIDs(TableName, ids: Int, extraRows: Int, example: String)
    case unknownReferences(TableName, names: Int, events: Int, examples: [String])
    case eventsWithoutReference(TableName, events: Int)
    case missingTimes(Int)
    case unparsableTimes(Int, example: String)
    /// Ads with more clicks than views, and the first of them.
    case clicksWithoutViews(ads: Int, example: String, clicks: Double, views: Double)
    case negativeValues(TableName, Int)
    /// Values of a field that are not what the field is for.
    case unreadableValues(TableName, field: String, values: Int, example: String)
    /// Rows without a value that others have.
    case missingValues(TableName, field: String, rows: Int, of: Int, changesFigures: Bool)
    case attentionBeyondDwell(events: Int)
    case viewFieldDisagrees(field: String, sum: Double, counted: Double)
    case clickFieldDisagrees(field: String, sum: Double, counted: Double)
    case mixedZones(Int)
    case tooManyNames(TableName, events: Int)
    case droppedArrays(Int)
}

extension SignageAnalysis {
    /// Everything found wrong, the gravest first.
    var findings: [Finding] {
        var findings: [Finding] = []
        for name in TableName.allCases { findings += sourceFindings(name) }
        for name in TableName.allCases { findings += statedCountFindings(name) }
        for name in TableName.allCases { findings += tableFindings(name) }
        if data.droppedExtraTables > 0 { findings.append(.droppedArrays(data.droppedExtraTables)) }
        findings += entityFindings(.targetedAds, ads)
        findings += entityFindings(.signages, devices)
        if hasEvents {
            findings += eventFindings
            findings += referenceFindings
        }
        findings += clickFindings + adFieldFindings
        for name in TableName.allCases where !(data[name]?.rows.isEmpty ?? true) { findings += valueFindings(name) }
        return findings
    }

    /// What some rows lack or have in a form that cannot be read. Where no row has it, that is said where it is asked for.
    private func valueFindings(_ name: TableName) -> [Finding] {
        let fields = fields(of: name)
        let unreadable: UnreadableValues
        let wanted: [FieldRole]
        switch name {
        case .targetedAds:
            (unreadable, wanted) = (ads.unreadable, [.adName, .views, .impressions, .clicks, .plays])
        case .signages:
            unreadable = devices.unreadable
            wanted = [
                .deviceName, .location, .status, .lastSeen, .plays, .views, .impressions, .clicks, .dwell, .attention,
                .watch,
            ]
        case .viewEvents:
            unreadable = events.unreadable
            let isTyped = fields.has(.eventType)
            let tellsClicks = isTyped || fields.has(.clicked) || fields.has(.clickedAt)
            wanted =
                [.clicked, .eventType, .dwell, .attention, .watch, .location, .age, .gender]
                + (isTyped ? [] : [.views, .plays]) + (tellsClicks ? [] : [.clicks])
        }
        let unread = unreadable.all.map { role, values, example in
            let field = fields.name(of: role) ?? role.examples
            return Finding.unreadableValues(name, field: field, values: values, example: example)
        }
        let missing = wanted.compactMap { role -> Finding? in
            let rows = role == .clicked ? eventsWithoutClickTold : fields.rowsWithout(role)
            guard rows > 0, let field = fields.name(of: role) else { return nil }
            let changesFigures = changesFigures(role, of: name, field)
            return .missingValues(name, field: field, rows: rows, of: fields.rowCount, changesFigures: changesFigures)
        }
        return unread + missing
    }

    private func sourceFindings(_ name: TableName) -> [Finding] {
        var findings: [Finding] = []
        if let table = data[name] {
            switch table.fault {
            case .cutOff: findings.append(.cutOff(name, rowsRead: table.rows.count))
            case .malformed(let reason): findings.append(.malformed(name, rowsRead: table.rows.count, reason: reason))
            case nil: break
            }
        }
        switch data.unusedFaults[name] {
        case .cutOff: findings.append(.unreadable(name, reason: "cut off", olderIsUsed: data[name] != nil))
        case .malformed(let reason): findings.append(.unreadable(name, reason: reason, olderIsUsed: data[name] != nil))
        case nil: break
        }
        return findings
    }

    private func statedCountFindings(_ name: TableName) -> [Finding] {
        guard let table = data[name] else { return [] }
        let found = table.rows.count + table.strayElements
        return (data.statedCounts[name] ?? []).filter { $0 != found }.map {
            .statedCount(name, stated: $0, found: found)
        }
    }

    private func tableFindings(_ name: TableName) -> [Finding] {
        guard let table = data[name] else { return data.unusedFaults[name] == nil ? [.noTable(name)] : [] }
        var findings: [Finding] = []
        if table.rows.isEmpty { findings.append(.emptyTable(name)) }
        if table.strayElements > 0 { findings.append(.strayElements(name, table.strayElements)) }
        return findings
    }

    private func entityFindings(_ name: TableName, _ table: EntityTable) -> [Finding] {
        var findings: [Finding] = []
        if table.missingIDs > 0 { findings.append(.missingIDs(name, rows: table.missingIDs)) }
        if let first = table.duplicates.first {
            let extra = table.duplicates.reduce(0) { $0 + $1.rows - 1 }
            findings.append(.duplicateIDs(name, ids: table.duplicates.count, extraRows: extra, example: first.id))
        }
        if table.negativeValues > 0 { findings.append(.negativeValues(name, table.negativeValues)) }
        return findings
    }

    /// Whether figures would be others if no row lacked this.
    private func changesFigures(_ role: FieldRole, of table: TableName, _ field: String) -> Bool {
        switch (table, role) {
        case (.targetedAds, .views), (.targetedAds, .impressions): viewSource == .adField(field)
        case (.targetedAds, .clicks): clickSource == .adField(field)
        case (.viewEvents, .clicked), (.viewEvents, .clicks), (.viewEvents, .views), (.viewEvents, .plays): true
        default: false
        }
    }

    private var eventFindings: [Finding] {
        var findings: [Finding] = []
        if !events.fields.has(.rowID) {
            findings.append(.noField(.viewEvents, .rowID))
        } else if events.withoutID > 0 {
            findings.append(.missingIDs(.viewEvents, rows: events.withoutID))
        }
        if let example = events.repeatedIDExample {
            let rows = events.repeatedIDs
            findings.append(
                .duplicateIDs(.viewEvents, ids: events.repeatedDistinctIDs, extraRows: rows, example: example)
            )
        }
        let times = events.times
        if times.isEmpty, times.unparsable == 0 {
            findings.append(.noField(.viewEvents, .timestamp))
        } else if times.missing > 0 {
            findings.append(.missingTimes(times.missing))
        }
        if times.unparsable > 0 {
            findings.append(.unparsableTimes(times.unparsable, example: times.unparsableExample ?? Figure.none))
        }
        if times.zones.count > 1 { findings.append(.mixedZones(times.zones.count)) }
        if events.attentionBeyondDwell > 0 {
            findings.append(.attentionBeyondDwell(events: events.attentionBeyondDwell))
        }
        if events.negativeValues > 0 { findings.append(.negativeValues(.viewEvents, events.negativeValues)) }
        if !eventsTellClicks { findings.append(.noField(.viewEvents, .clicked)) }
        return findings
    }

    private var referenceFindings: [Finding] {
        reference(.targetedAds, .adID, events.byAd, without: events.withoutAd.events, unknown: unknownAds)
            + reference(
                .signages,
                .deviceID,
                events.byDevice,
                without: events.withoutDevice.events,
                unknown: unknownDevices
            )
    }

    private func reference(
        _ name: TableName,
        _ role: FieldRole,
        _ groups: GroupedTallies,
        without: Int,
        unknown: [(name: String, events: Int)]
    ) -> [Finding] {
        if groups.isEmpty { return [.noField(.viewEvents, role)] }
        var findings: [Finding] = []
        if without > 0 { findings.append(.eventsWithoutReference(name, events: without)) }
        if !unknown.isEmpty {
            let rows = unknown.reduce(0) { $0 + $1.events }
            let examples = unknown.prefix(5).map(\.name)
            findings.append(.unknownReferences(name, names: unknown.count, events: rows, examples: Array(examples)))
        }
        if groups.overflow.events > 0 { findings.append(.tooManyNames(name, events: groups.overflow.events)) }
        return findings
    }

    private var clickFindings: [Finding] {
        let wrong = adSubjects.compactMap { ad -> (title: String, clicks: Double, views: Double)? in
            if let clicks = clicks(of: ad), let views = views(of: ad), clicks > views {
                return (ad.title, clicks, views)
            }
            // What an ad says of itself may be wrong where others are believed.
            guard let clicks = ad.entity?.clicks, let views = ad.entity?.views ?? ad.entity?.impressions, clicks > views
            else { return nil }
            return (ad.title, clicks, views)
        }
        guard let first = wrong.first else { return [] }
        let example = first.title
        return [.clicksWithoutViews(ads: wrong.count, example: example, clicks: first.clicks, views: first.views)]
    }

    /// What the ads count themselves and the events say otherwise.
    private var adFieldFindings: [Finding] {
        var findings: [Finding] = []
        if viewSource == .events, ads.has(.views), let field = ads.fields.name(of: .views) {
            let sum = ads.entities.compactMap(\.views).reduce(0, +)
            let counted = events.views(events.total)
            if sum != counted { findings.append(.viewFieldDisagrees(field: field, sum: sum, counted: counted)) }
        }
        if clickSource == .events, ads.has(.clicks), let field = ads.fields.name(of: .clicks) {
            let sum = ads.entities.compactMap(\.clicks).reduce(0, +)
            let counted = events.total.clicks
            if sum != counted { findings.append(.clickFieldDisagrees(field: field, sum: sum, counted: counted)) }
        }
        return findings
    }
}
