/// Loads one table from a source of rows: infers its columns from the first rows, stores all of them, and describes the
/// result.
struct TableLoader {
    let database: SQLiteDatabase
    /// The table's name in SQL.
    let name: String
    /// Where the rows come from, for the description.
    let source: String
    /// Asked every thousand rows.
    let isCancelled: () -> Bool

    private static let sampledRows = 5000
    /// Times that loading begins anew for a column of another kind than its first rows showed; after that every column that
    /// is not sure is text.
    private static let restarts = 8

    /// Nil when the source has no rows.
    func load(_ source: any RowReader) throws -> TableDescription? {
        var reader = source
        let row = RowCells()
        var kinds = try sample(&reader, row)
        var attempt = 0
        while true {
            do {
                return try insert(&reader, row, kinds: kinds)
            } catch let change as RowInsertion.Rekind {
                try database.execute("DROP TABLE \(name.quoted)")
                while kinds.count <= change.column { kinds.append(.undecided) }
                kinds[change.column] = change.kind
                attempt += 1
                if attempt > Self.restarts { kinds = kinds.map { $0 == .integer || $0 == .decimal ? .text : $0 } }
            }
        }
    }

    private func sample(_ reader: inout any RowReader, _ row: RowCells) throws -> [ColumnKind] {
        var evidence: [ColumnEvidence] = []
        var rows = 0
        try reader.read(into: row) { _ in
            while evidence.count < row.count { evidence.append(ColumnEvidence()) }
            for column in 0..<row.count { evidence[column].note(row[column]) }
            rows += 1
            return rows < Self.sampledRows
        }
        let names = reader.columns.names
        while evidence.count < names.count { evidence.append(ColumnEvidence()) }
        return zip(evidence, names).map { $0.kind(named: $1) }
    }

    private func insert(
        _ reader: inout any RowReader,
        _ row: RowCells,
        kinds: [ColumnKind]
    ) throws -> TableDescription? {
        let names = reader.columns.names
        if names.isEmpty { return nil }
        let known = names.indices.map { $0 < kinds.count ? kinds[$0] : .undecided }
        var insertion = try RowInsertion(database, table: name, names: names, kinds: known)
        var wasCancelled = false
        try reader.read(into: row) { names in
            if names.count > insertion.names.count { try insertion.add(names[insertion.names.count...]) }
            try insertion.insert(row)
            if insertion.rows & 1023 == 0, isCancelled() { wasCancelled = true }
            return !wasCancelled
        }
        if wasCancelled { throw DataLoadError.cancelled }
        let all = reader.columns.names
        if all.count > insertion.names.count { try insertion.add(all[insertion.names.count...]) }
        if insertion.rows == 0 {
            try database.execute("DROP TABLE \(name.quoted)")
            return nil
        }
        try addIndices(insertion)
        return TableDescription(
            name: name,
            source: source,
            rows: insertion.rows,
            columns: insertion.names.indices.map { Self.describe(insertion, $0) },
            notes: reader.faults.notes
        )
    }

    // MARK: Indices

    private static let smallestIndexed = 20_000
    private static let indices = 2

    /// Large tables get indices on the columns that rows are grouped by: those with few values beside the number of rows, most
    /// values first, as those sort slowest. A grouped count then reads the index alone.
    private func addIndices(_ insertion: RowInsertion) throws(SQLiteError) {
        guard insertion.rows >= Self.smallestIndexed else { return }
        let grouping = insertion.names.indices.filter { column in
            let tally = insertion.tallies[column]
            let isKey = [.text, .integer, .boolean].contains(insertion.kinds[column])
            return isKey && tally.distinct.isExact && tally.distinct.count > 1
        }
        let chosen = grouping.sorted { first, second in
            let (one, other) = (insertion.tallies[first].distinct.count, insertion.tallies[second].distinct.count)
            return (insertion.kinds[first] == .text ? 0 : 1, other) < (insertion.kinds[second] == .text ? 0 : 1, one)
        }
        for column in chosen.prefix(Self.indices) {
            let index = "\(name) by \(insertion.names[column])"
            try database.execute(
                "CREATE INDEX \(index.quoted) ON \(name.quoted) (\(insertion.names[column].quoted))"
            )
        }
    }

    // MARK: Description

    private static let frequentValues = 12

    private static func describe(_ insertion: RowInsertion, _ column: Int) -> ColumnDescription {
        let tally = insertion.tallies[column]
        let kind = insertion.kinds[column]
        let isCategory = [.text, .integer, .boolean].contains(kind) && tally.distinct.isExact
        return ColumnDescription(
            name: insertion.names[column],
            kind: kind,
            nulls: insertion.rows - tally.values,
            exceptions: tally.exceptions,
            distinct: min(tally.distinct.count, tally.values),
            isDistinctExact: tally.distinct.isExact,
            range: tally.range.map { ColumnDescription.Range(smallest: $0.smallest, largest: $0.largest) },
            frequent: isCategory
                ? tally.distinct.mostFrequent(frequentValues).map {
                    ColumnDescription.Frequent(value: $0.text, count: $0.count)
                } : [],
            notes: notes(tally)
        )
    }

    private static func notes(_ tally: ColumnTally) -> [String] {
        var notes: [String] = []
        if tally.exceptions > 0 { notes.append("\(tally.exceptions) other values kept as text") }
        if tally.cut > 0 { notes.append("\(tally.cut) texts cut at \(TableLimits.text) bytes") }
        let zones = tally.zones.map(\.name)
        if zones.count > 1 {
            notes.append("mixed time zones (\(zones.joined(separator: ", "))), each as its own clock shows")
        } else if let zone = zones.first, tally.zones.first != .unstated {
            notes.append("zone \(zone)")
        }
        return notes
    }
}

extension Moment.Zone {
    /// `+09:00`, as zones are written.
    var name: String {
        switch self {
        case .unstated: return "unstated"
        case .epoch: return "UTC, from numbers since 1970"
        case .offset(let minutes):
            if minutes == 0 { return "UTC" }
            let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
            return "\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
        }
    }
}
