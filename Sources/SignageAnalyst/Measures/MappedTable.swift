import AssistantsAPI
import DataTables

/// A table with its columns by what they mean, as expressions of SQL over the table's alias `t`.
struct MappedTable {
    let kind: SignageTable
    let table: TableDescription
    private var columns: [FieldRole: (column: ColumnDescription, field: FieldName)] = [:]

    init(_ table: TableDescription, as kind: SignageTable) {
        self.table = table
        self.kind = kind
        for column in table.columns where column.kind != .undecided {
            guard let field = Self.field(column.name, in: kind), !field.isAverage else { continue }
            if let known = columns[field.role], known.field.rank <= field.rank { continue }
            columns[field.role] = (column, field)
        }
    }

    /// Names that mean something else where a table is of one kind.
    private static func field(_ name: String, in kind: SignageTable) -> FieldName? {
        if kind == .statusReports, FieldName.folded(name).hasSuffix("at") || FieldName.folded(name).hasSuffix("시각") {
            return FieldName("timestamp", in: .viewEvents)
        }
        return FieldName(name, in: kind.fieldContext) ?? FieldName(name, in: .viewEvents)
    }

    func has(_ role: FieldRole) -> Bool { columns[role] != nil }

    func column(_ role: FieldRole) -> ColumnDescription? { columns[role]?.column }

    func unit(_ role: FieldRole) -> DurationUnit { columns[role]?.field.unit ?? .unstated }

    func reference(_ role: FieldRole) -> String? { columns[role].map { "t.\($0.column.name.sqlName)" } }

    /// A name or an id as text; blank ones are null.
    func text(_ role: FieldRole) -> String? {
        guard let (column, _) = columns[role], let reference = reference(role) else { return nil }
        switch column.kind {
        case .text:
            return column.frequent.contains { $0.value.isEmpty } || !column.isDistinctExact
                ? "NULLIF(\(reference), '')" : reference
        case .decimal: return "CAST(CAST(\(reference) AS INTEGER) AS TEXT)"
        default: return "CAST(\(reference) AS TEXT)"
        }
    }

    /// A number that is not negative.
    func number(_ role: FieldRole) -> String? {
        guard let (column, _) = columns[role], let reference = reference(role) else { return nil }
        switch column.kind {
        case .integer, .decimal, .boolean:
            if isNeverNegative(column) { return reference }
            let isNumber = column.exceptions > 0 ? "typeof(\(reference)) <> 'text' AND " : ""
            return "CASE WHEN \(isNumber)\(reference) >= 0 THEN \(reference) END"
        case .text:
            return "CASE WHEN \(reference) GLOB '[0-9]*' THEN CAST(replace(\(reference), ',', '') AS REAL) END"
        case .date, .dateTime, .undecided: return nil
        }
    }

    private func isNeverNegative(_ column: ColumnDescription) -> Bool {
        guard column.exceptions == 0 else { return false }
        return column.kind == .boolean || (column.range.flatMap { Double($0.smallest) } ?? -1) >= 0
    }

    /// The column that has a part of a point in time; nil when there is none.
    func part(_ part: MomentPart, of role: FieldRole) -> String? {
        guard let (column, _) = columns[role], column.parts.contains(part) else { return nil }
        return "t.\(part.name(of: column.name).sqlName)"
    }

    /// A point in time as SQL's date functions read it.
    func moment(_ role: FieldRole) -> String? {
        guard let (column, _) = columns[role], let reference = reference(role),
            column.kind == .dateTime || column.kind == .date
        else { return nil }
        if column.exceptions == 0 { return reference }
        return "CASE WHEN \(reference) GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*' THEN \(reference) END"
    }
}
