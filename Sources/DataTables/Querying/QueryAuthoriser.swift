import GRDBSQLite

/// Decides what a query may touch: reading the tables and views of the catalogue, functions on a list, and nothing else.
/// SQLite asks it while it compiles a statement.
final class QueryAuthoriser {
    private let readable: Set<String>
    /// Why the statement was refused that was compiled last; nil when it was not.
    private(set) var refusal: String?

    init(_ catalogue: Catalogue) {
        var readable: Set<String> = ["json_each", "json_tree"]
        for table in catalogue.tables { readable.insert(table.name.lowercased()) }
        for view in catalogue.views { readable.insert(view.name.lowercased()) }
        self.readable = readable
    }

    func reset() { refusal = nil }

    /// Makes SQLite ask this object, which must outlive the connection's last statement.
    func install(on database: SQLiteDatabase) {
        sqlite3_set_authorizer(
            database.handle,
            { context, action, first, second, schema, _ in
                guard let context else { return SQLITE_DENY }
                let authoriser = Unmanaged<QueryAuthoriser>.fromOpaque(context).takeUnretainedValue()
                return authoriser.decide(action, first.text, second.text, schema.text)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    private func decide(_ action: Int32, _ first: String?, _ second: String?, _ schema: String?) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_READ:
            let table = first?.lowercased() ?? ""
            // Without a column only rows are counted, and the name may be one that the query itself gives.
            let isCounted = second?.isEmpty == true && !Self.isHidden(table)
            guard readable.contains(table) || isCounted, schema == nil || schema == "main" else {
                return refuse("There is no table \(first ?? "") that can be read here.")
            }
            return SQLITE_OK
        case SQLITE_FUNCTION:
            guard let name = second?.lowercased(), QueryFunctions.allowed.contains(name) else {
                let name = second?.lowercased() ?? ""
                let hint = name == "printf" || name == "format" ? " Use round(x, 2), and || to join texts." : ""
                return refuse("The function \(name) is not available here.\(hint)")
            }
            return SQLITE_OK
        default: return refuse("Only SELECT is possible here; the data cannot be changed.")
        }
    }

    private static func isHidden(_ table: String) -> Bool {
        table.hasPrefix("sqlite_") || table.hasPrefix("pragma_") || table == CatalogueStore.table || table == "dbstat"
    }

    private func refuse(_ reason: String) -> Int32 {
        if refusal == nil { refusal = reason }
        return SQLITE_DENY
    }
}

extension UnsafePointer<CChar>? {
    fileprivate var text: String? { map { String(cString: $0) } }
}

/// The functions of SQL that queries may call: those that compute from their arguments alone, in a time that their lengths
/// bound. (`printf` takes a width of billions, and nothing can stop a function in the middle.)
enum QueryFunctions {
    static let allowed: Set<String> = Set(
        """
        abs avg char changes coalesce count cume_dist date datetime dense_rank first_value glob group_concat hex \
        ifnull iif instr json json_array json_array_length json_extract json_group_array json_group_object json_object \
        json_quote json_type json_valid julianday lag last_value lead length like likelihood likely lower ltrim max min \
        nth_value ntile nullif percent_rank quote random rank replace round row_number rtrim sign strftime \
        string_agg substr substring sum time timediff total trim typeof unicode unixepoch unlikely upper \
        acos asin atan atan2 ceil ceiling cos degrees exp floor ln log log10 log2 mod pi pow power radians sin sqrt tan trunc \
        median percentile stddev variance -> ->>
        """.split(separator: " ").map(String.init)
    )
}
