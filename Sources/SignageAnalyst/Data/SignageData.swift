import AssistantsAPI

/// The signage data of a thread: the three tables that the dashboard sends, whatever else came with them, and what
/// the users' texts say about their sizes.
package struct SignageData: Sendable {
    /// One table and what is known about where it came from.
    struct Table: Sendable {
        var rows: [JSONObject]
        /// Elements of the array that are not JSON objects.
        var strayElements: Int
        /// Why rows may be missing at the end.
        var fault: ArrayReading.Fault?
        /// How many arrays of this table, older ones, have been replaced by this one.
        var replaced: Int
    }

    struct ExtraTable: Sendable {
        let name: String
        let rows: [JSONObject]
    }

    /// What one place in a thread says, in the order of the thread.
    package enum Source: Sendable {
        /// A `system_data` document.
        case systemData(JSONObject)
        /// The text of a user's message.
        case message(String)
    }

    private var tables: [TableName: Table] = [:]
    private(set) var extraTables: [ExtraTable] = []
    /// How many more arrays there were than are kept.
    private(set) var droppedExtraTables = 0
    /// Faults of newer arrays of which nothing could be read, so that an older one stays in use.
    private(set) var unusedFaults: [TableName: ArrayReading.Fault] = [:]
    private(set) var statedCounts: [TableName: [Int]] = [:]

    /// Takes the documents first and the messages after them, each oldest first: a later table replaces an earlier
    /// one of the same name.
    package init(systemData: [JSONObject], messages: [String]) {
        self.init(sources: systemData.map(Source.systemData) + messages.map(Source.message))
    }

    /// Takes documents and messages in the order of the thread, oldest first.
    package init(sources: [Source]) {
        var followsData = false
        for source in sources {
            switch source {
            case .systemData(let document):
                var collector = TableCollector()
                collector.collect(document)
                take(collector.found, stated: collector.stated)
                followsData = true
            case .message(let text):
                let content = MessageContent(text)
                let comesWithData = followsData || !content.tables.isEmpty
                take(content.tables, stated: content.stated + (comesWithData ? content.listed : []))
                followsData = false
            }
        }
    }

    /// Whether there is nothing to analyse.
    package var isEmpty: Bool { tables.isEmpty && extraTables.isEmpty && unusedFaults.isEmpty }

    /// The table, nil when the thread has none of that name.
    subscript(name: TableName) -> Table? { tables[name] }

    func rows(of name: TableName) -> [JSONObject] { tables[name]?.rows ?? [] }

    private mutating func take(_ found: [FoundTable], stated: [StatedCount]) {
        var renewed: Set<TableName> = []
        for table in found {
            switch table.name {
            case .known(let name):
                if take(table.reading, as: name) { renewed.insert(name) }
            case .other(let name): takeExtra(table.reading, name: name)
            }
        }
        // Sizes that were stated of an older array say nothing about a newer one.
        for name in renewed { statedCounts[name] = nil }
        for (name, counts) in Dictionary(grouping: stated, by: \.table) {
            var distinct: [Int] = []
            for count in counts.map(\.count) where !distinct.contains(count) && distinct.count < 8 {
                distinct.append(count)
            }
            statedCounts[name] = distinct
        }
    }

    private mutating func take(_ reading: ArrayReading, as name: TableName) -> Bool {
        if let fault = reading.fault, reading.rows.isEmpty {
            unusedFaults[name] = fault
            return false
        }
        tables[name] = Table(
            rows: reading.rows,
            strayElements: reading.strayElements,
            fault: reading.fault,
            replaced: tables[name].map { $0.replaced + 1 } ?? 0
        )
        unusedFaults[name] = nil
        return true
    }

    private mutating func takeExtra(_ reading: ArrayReading, name: String?) {
        let name = name ?? "array \(extraTables.count + 1)"
        let table = ExtraTable(name: name, rows: reading.rows)
        if let index = extraTables.firstIndex(where: { $0.name == name }) {
            extraTables[index] = table
        } else if extraTables.count < Self.maximumExtraTables {
            extraTables.append(table)
        } else {
            droppedExtraTables += 1
        }
    }

    static let maximumExtraTables = 64
}
