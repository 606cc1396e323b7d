/// Loads one table from a source of rows into a file of its own: infers its columns from the first rows, stores all of them,
/// and describes the result.
struct TableLoader {
    /// The table's name in SQL.
    let name: String
    /// Where the rows come from, for the description.
    let source: String
    let path: String
    /// Bytes that the file may have.
    let limit: Int
    /// Asked every thousand rows.
    let isCancelled: () -> Bool

    private static let sampledRows = 5000
    /// Times that loading begins anew for a column of another kind than its first rows showed; after that every column that
    /// is not sure is text.
    private static let restarts = 8

    struct Loaded {
        let description: TableDescription
        /// In the order of the file.
        let columns: [DeclaredColumn]
        /// Of the file.
        let bytes: Int
    }

    /// Nil when the source has no rows.
    func load(_ source: any RowReader) throws -> Loaded? {
        var reader = source
        let row = RowCells()
        var kinds = try sample(&reader, row)
        var attempt = 0
        while true {
            do {
                return try write(&reader, row, kinds: kinds)
            } catch let change as TableWriter.Rekind {
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

    private func write(_ reader: inout any RowReader, _ row: RowCells, kinds: [ColumnKind]) throws -> Loaded? {
        let names = reader.columns.names
        if names.isEmpty { return nil }
        let file = try AppendedFile(path: path, limit: limit)
        let known = names.indices.map { $0 < kinds.count ? kinds[$0] : .undecided }
        var writer = TableWriter(file, names: names, kinds: known)
        var wasCancelled = false
        try reader.read(into: row) { names in
            if names.count > writer.width { writer.add(names[writer.width...]) }
            try writer.append(row)
            if writer.rows & 1023 == 0, isCancelled() { wasCancelled = true }
            return !wasCancelled
        }
        if wasCancelled { throw DataLoadError.cancelled }
        let all = reader.columns.names
        if all.count > writer.width { writer.add(all[writer.width...]) }
        if writer.rows == 0 { return nil }
        return try finish(&writer, file, notes: reader.faults.notes)
    }

    private func finish(_ writer: inout TableWriter, _ file: AppendedFile, notes: [String]) throws -> Loaded {
        let written = try writer.finish()
        var layouts = written.map(\.layout)
        var columns = written.map { DeclaredColumn(name: $0.name, declaration: $0.kind.declaration) }
        var descriptions = written.map(Self.describe)
        var taken = Set(columns.map { $0.name.lowercased() })
        for (index, column) in written.enumerated() {
            for (part, layout) in column.parts where columns.count < Self.mostColumns {
                let name = part.name(of: column.name)
                guard taken.insert(name.lowercased()).inserted else { continue }
                columns.append(DeclaredColumn(name: name, declaration: "\(part.declaration) HIDDEN"))
                layouts.append(layout)
                descriptions[index].parts.append(part)
            }
        }
        try TableDirectory.write(rows: writer.rows, columns: layouts, to: file)
        let description = TableDescription(
            name: name,
            source: source,
            rows: writer.rows,
            columns: descriptions,
            notes: notes
        )
        return Loaded(description: description, columns: columns, bytes: file.count)
    }

    /// With those that hold parts of points in time.
    private static let mostColumns = TableLimits.columns + 50

    // MARK: Description

    private static func describe(_ column: WrittenColumn) -> ColumnDescription {
        ColumnDescription(
            name: column.name,
            kind: column.kind,
            nulls: column.nulls,
            exceptions: column.tally.exceptions,
            distinct: column.distinct,
            isDistinctExact: column.isDistinctExact,
            range: column.kind == .boolean
                ? nil : column.tally.range.map { ColumnDescription.Range(smallest: $0.smallest, largest: $0.largest) },
            frequent: column.frequent,
            notes: notes(column.tally)
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
