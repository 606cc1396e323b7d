/// Gathers the values of one column, and writes them group by group. Values are numbers in a dictionary as long as there are
/// few different ones, and stand for themselves from then on.
struct ColumnWriter {
    let name: String
    private var typing: CellTyping
    private var tally: ColumnTally?
    private var dictionary: ColumnDictionary
    private var codes = CodeBuffer()
    /// Nil as long as the dictionary is used.
    private var plain: PlainBuffer?
    private var estimate = DistinctEstimate()
    private var parts: MomentParts?
    private var segments: [RowGroup.Segment] = []
    private var dayHourSegments: [(days: RowGroup.Segment, hours: RowGroup.Segment)] = []

    /// - Parameters:
    ///   - values: How many different values may be kept.
    ///   - groups: Groups of rows that were written before this column turned up.
    init(name: String, kind: ColumnKind, values: Int, after groups: Int) {
        self.name = name
        typing = CellTyping(name: name, kind: kind)
        dictionary = ColumnDictionary(capacity: values)
        segments = Array(repeating: RowGroup.Segment(), count: groups)
        dayHourSegments = Array(repeating: (RowGroup.Segment(), RowGroup.Segment()), count: groups)
    }

    var kind: ColumnKind { typing.kind }

    /// - Parameter row: The row's place in its group. Rows that are passed over are null.
    mutating func put(_ cell: Cell, at row: Int) throws {
        if cell.isNull { return }
        if plain == nil {
            let (bytes, kind) = (cell.written, cell.kindNumber)
            if let code = dictionary.code(of: bytes, kind: kind) {
                codes.codes[row] = code
                parts?.put(known: code, at: row)
                return
            }
            let typed = try read(cell)
            if let code = dictionary.add(typed, writtenAs: bytes, kind: kind) {
                codes.codes[row] = code
                if parts != nil {
                    parts?.know(typed.moment, isDay: typing.kind == .date)
                    parts?.put(known: code, at: row)
                }
                return
            }
            becomePlain(before: row)
            note(typed, at: row)
        } else {
            note(try read(cell), at: row)
        }
    }

    private mutating func read(_ cell: Cell) throws -> TypedCell {
        let former = typing.kind
        let typed = try typing.read(cell)
        // The dictionary's integers become decimals in the end; those that stand for themselves are written by now.
        if plain != nil, former == .integer, typing.kind == .decimal { throw CellTyping.Rekind(kind: .decimal) }
        if tally == nil {
            let isMoment = typing.kind == .date || typing.kind == .dateTime
            tally = ColumnTally(isOrdered: isMoment)
            if isMoment { parts = MomentParts() }
        }
        if let moment = typed.moment, moment.hasTime { tally?.note(moment.zone) }
        return typed
    }

    private mutating func note(_ typed: TypedCell, at row: Int) {
        tally?.note(typed)
        if case .null = typed.value { return }
        estimate.note(typed.value.hash)
        plain?.put(typed.value, at: row)
        parts?.put(typed.moment, isDay: typing.kind == .date, at: row)
    }

    private mutating func becomePlain(before row: Int) {
        let buffer = PlainBuffer()
        for earlier in 0..<row where codes.codes[earlier] > 0 {
            buffer.put(dictionary.value(Int(codes.codes[earlier])), at: earlier)
        }
        for code in 1..<dictionary.count { estimate.note(dictionary.value(code).hash) }
        plain = buffer
    }

    // MARK: Writing

    /// Writes the rows of a group and begins the next one.
    mutating func endGroup(rows: Int, to file: AppendedFile) throws {
        if let plain {
            segments.append(try plain.write(rows: rows, to: file))
            plain.clear()
        } else {
            segments.append(try Self.segment(codes, rows, file))
        }
        guard let parts, !parts.isFull else { return dayHourSegments.append((.init(), .init())) }
        dayHourSegments.append(
            (try Self.segment(parts.dayCodes, rows, file), try Self.segment(parts.hourCodes, rows, file))
        )
    }

    private static func segment(_ codes: CodeBuffer, _ rows: Int, _ file: AppendedFile) throws -> RowGroup.Segment {
        let bytes = codes.bytes(rows: rows)
        defer { codes.clear() }
        return RowGroup.Segment(form: RowGroup.Form.codes, offset: try file.append(bytes))
    }

    /// Writes what is left when all rows have come.
    mutating func finish(rows: Int, to file: AppendedFile) throws -> WrittenColumn {
        if typing.kind == .decimal { dictionary.makeDecimal() }
        var tally = tally ?? ColumnTally(isOrdered: false)
        dictionary.note(in: &tally)
        let isCoded = plain == nil
        let ranked = isCoded ? dictionary.ranked : nil
        let ranks = ranked?.ranks ?? [UInt32](repeating: 0, count: dictionary.count)
        let distinct = ranked?.counts.count ?? min(estimate.count, tally.values)
        let layout = ColumnLayout(
            values: try dictionary.write(to: file, ranks: ranks),
            highestRank: ranked?.counts.count ?? 0,
            distinct: distinct,
            hasTexts: tally.values > tally.integers + tally.decimals,
            hasNumbers: tally.integers + tally.decimals > 0,
            segments: segments
        )
        var derived: [(MomentPart, ColumnLayout)] = []
        if let parts, !parts.isFull {
            for part in MomentPart.allCases where part != .hour || parts.hasHours {
                derived.append((part, try write(part, of: parts, to: file)))
            }
        }
        return WrittenColumn(
            name: name,
            kind: typing.kind,
            tally: tally,
            nulls: rows - tally.values,
            distinct: distinct,
            isDistinctExact: isCoded,
            frequent: frequent(ranked),
            layout: layout,
            parts: derived
        )
    }

    private func write(_ part: MomentPart, of parts: MomentParts, to file: AppendedFile) throws -> ColumnLayout {
        var dictionary = PartDictionary()
        if part == .hour {
            for hour in 0..<24 { dictionary.add(StoredValue.Tag.integer, UInt64(hour)) }
        } else {
            for day in parts.days { dictionary.add(part, of: day) }
        }
        return try dictionary.write(
            to: file,
            segments: dayHourSegments.map { part == .hour ? $0.hours : $0.days }
        )
    }

    /// Categories are told with their most frequent values, up to so many different ones.
    private static let largestCategory = 1000
    private static let frequentValues = 12

    private func frequent(_ ranked: RankedValues?) -> [ColumnDescription.Frequent] {
        guard let ranked, ranked.counts.count <= Self.largestCategory, [.text, .integer, .boolean].contains(kind) else {
            return []
        }
        let order = ranked.counts.sorted { ($1.times, $0.code) < ($0.times, $1.code) }
        return order.prefix(Self.frequentValues).map {
            ColumnDescription.Frequent(value: shown(dictionary.value($0.code)), count: $0.times)
        }
    }

    private static let shownLength = 60

    private func shown(_ value: StoredValue) -> String {
        switch value {
        case .null: return ""
        case .integer(let number): return kind == .boolean ? (number == 0 ? "false" : "true") : String(number)
        case .decimal(let number): return DecimalText.exact(number)
        case .text(let text):
            let whole = String(decoding: text.prefix(4 * Self.shownLength), as: UTF8.self)
            return whole.count > Self.shownLength ? whole.prefix(Self.shownLength) + "…" : whole
        }
    }
}

/// A column that is in its file, and what there is to say of it.
struct WrittenColumn {
    let name: String
    let kind: ColumnKind
    let tally: ColumnTally
    let nulls: Int
    let distinct: Int
    let isDistinctExact: Bool
    let frequent: [ColumnDescription.Frequent]
    let layout: ColumnLayout
    /// Columns beside it that hold parts of its points in time.
    let parts: [(part: MomentPart, layout: ColumnLayout)]
}
